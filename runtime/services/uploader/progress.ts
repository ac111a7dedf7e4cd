/** How fast an upload moves, told by what was counted over the last few seconds. */
import { SECOND_MS } from '../../contract/units.ts';

/** Long enough to smooth over chunks, short enough to follow a person who moves a network slider. */
const WINDOW_MS = 5 * SECOND_MS;

export interface RateMeter {
  count(bytesDone: number, nowMs: number): void;
  /** Null before there is anything to tell. */
  bytesPerSec(nowMs: number): number | null;
}

export const createRateMeter = (startMs: number): RateMeter => {
  let samples = [{ atMs: startMs, bytesDone: 0 }];
  return {
    count(bytesDone, nowMs) {
      samples.push({ atMs: nowMs, bytesDone });
      const oldest = samples.findLastIndex(({ atMs }) => atMs <= nowMs - WINDOW_MS);
      if (oldest > 0) samples = samples.slice(oldest);
    },
    bytesPerSec(nowMs) {
      const last = samples.at(-1)!;
      const first = samples.findLast(({ atMs }) => atMs <= nowMs - WINDOW_MS) ?? samples[0]!;
      const elapsedMs = nowMs - first.atMs;
      if (samples.length < 2 || elapsedMs <= 0) return null;
      return ((last.bytesDone - first.bytesDone) * SECOND_MS) / elapsedMs;
    },
  };
};
