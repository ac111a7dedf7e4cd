/** Turns "so many bytes are sent" into progress, a rate over the last seconds, and the time that remains. */
import type { Upload } from '../../runtime/contract/control/uploads.ts';

/** Sending is this share of the whole way, as the uploader counts it, so that progress never jumps back when its word takes over. */
export const PERCENT_SENT = 20;
const RATE_WINDOW_MS = 2_000;

export type SendMeter = (sentBytes: number, nowMs: number) => Pick<Upload, 'bytesDone' | 'progress' | 'bytesPerSecond' | 'remainingMs'>;

export const createSendMeter = (sizeBytes: number, startedAtMs: number): SendMeter => {
  const marks = [{ atMs: startedAtMs, sentBytes: 0 }];
  return (sentBytes, atMs) => {
    marks.push({ atMs, sentBytes });
    while (marks.length > 2 && atMs - marks[0]!.atMs > RATE_WINDOW_MS) marks.shift();
    const first = marks[0]!;
    const bytesPerSecond = atMs > first.atMs ? ((sentBytes - first.sentBytes) * 1000) / (atMs - first.atMs) : null;
    return {
      bytesDone: sentBytes,
      progress: sizeBytes > 0 ? (PERCENT_SENT * sentBytes) / sizeBytes : 0,
      bytesPerSecond,
      remainingMs: bytesPerSecond ? ((sizeBytes - sentBytes) * 1000) / bytesPerSecond : null,
    };
  };
};
