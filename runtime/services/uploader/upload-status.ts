/** What the world is told of an upload. */
import type { UploadStatus } from '../../contract/wire/uploader.ts';
import { isEnded, type SessionRecord } from './session-store.ts';

/** Share of the whole way that receiving the file takes, for one that is spooled; and where placing ends and the manifest begins. */
const PERCENT_RECEIVED = 20;
const PERCENT_PLACED = 99;

const tenths = (percent: number): number => Math.round(percent * 10) / 10;
const iso = (unixMs: number): string => new Date(unixMs).toISOString();

const progressOf = ({ status, source, bytesDone, bytesTotal }: SessionRecord): number => {
  const share = bytesTotal ? Math.min(1, bytesDone / bytesTotal) : 0;
  const received = source?.isSpooled === false ? 0 : PERCENT_RECEIVED;
  switch (status) {
    case 'completed':
      return 100;
    case 'uploading':
      return tenths(share * PERCENT_RECEIVED);
    case 'processing':
    case 'registering':
      return received;
    case 'finalizing':
      return PERCENT_PLACED;
    default:
      return tenths(received + share * (PERCENT_PLACED - received));
  }
};

/** `bytesPerSec` is null while there is nothing to tell, `waitingFor` while nothing is waited for. */
export const toStatus = (record: SessionRecord, bytesPerSec: number | null, waitingFor: string | null = null): UploadStatus => {
  const { bytesDone, bytesTotal } = record;
  const rate = isEnded(record.status) ? null : bytesPerSec;
  return {
    upload_session_id: record.sessionId,
    video_id: record.videoId,
    title: record.title,
    filename: record.filename,
    status: record.status,
    progress: progressOf(record),
    started_at: iso(record.startedAtMs),
    ended_at: record.endedAtMs === null ? null : iso(record.endedAtMs),
    total_chunks: record.result?.chunkCount ?? null,
    chunks_done: record.chunksDone,
    bytes_done: bytesDone,
    bytes_total: bytesTotal,
    rate_bytes_per_sec: rate,
    eta_sec: rate && bytesTotal !== null ? Math.max(0, bytesTotal - bytesDone) / rate : null,
    waiting_for: isEnded(record.status) ? null : waitingFor,
    degraded: record.isDegraded,
    error: record.error?.message ?? null,
    error_code: record.error?.code ?? null,
  };
};
