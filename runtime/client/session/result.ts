/** What a session tells at its end, out of what was noted on the way. */
import { LOW_WATER_SEC, TARGET_SEC } from '../../contract/playback-marks.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { type ClientTotals, meanThroughputOf } from '../../core/client/state.ts';
import { percentileOf } from '../../core/scheduling/percentile.ts';
import type { ChunkReport, VideoClient } from '../chunk-source.ts';
import { type MediaClock, stalledMsOf } from './media-clock.ts';
import type { SessionChunk, SessionFault, SessionResult } from './types.ts';

export const sessionChunkOf = (report: ChunkReport, startedAtMs: number, atMs: number): SessionChunk => ({
  sequence: report.sequence, sizeBytes: report.chunk.size_bytes, askedAtMs: report.askedAtMs - startedAtMs, atMs, tookMs: report.tookMs, firstByteMs: report.firstByteMs,
  sources: report.sources,
  failures: report.attempts.flatMap(({ nodeId, error }) => (error === null ? [] : [{ nodeId, reason: error }])),
  hedged: report.hedged, failedOver: report.failedOver, why: report.why,
});

export interface BufferRecord {
  handleBuffer(sec: number, atMs: number): void;
  handleFetched(atMs: number): void;
  sample(sec: number, atMs: number): void;
  /** All bytes so far; those since the last look count as steady if enough is buffered now. */
  count(sec: number, totals: Pick<ClientTotals, 'deliveredBytes' | 'wastedBytes'>): void;
  steady(): SessionResult['steady'];
  summary(): SessionResult['buffer'];
}

export const createBufferRecord = (): BufferRecord => {
  const samples: { atMs: number; sec: number }[] = [];
  let targetAtMs: number | null = null;
  let fetchedAtMs: number | null = null;
  let counted = { deliveredBytes: 0, wastedBytes: 0 };
  const steady = { deliveredBytes: 0, wastedBytes: 0 };
  return {
    handleBuffer: (sec, atMs) => {
      if (sec >= TARGET_SEC) targetAtMs ??= atMs;
    },
    handleFetched: (atMs) => {
      fetchedAtMs ??= atMs;
    },
    sample: (sec, atMs) => void samples.push({ atMs, sec }),
    count: (sec, { deliveredBytes, wastedBytes }) => {
      if (sec >= LOW_WATER_SEC) {
        steady.deliveredBytes += deliveredBytes - counted.deliveredBytes;
        steady.wastedBytes += wastedBytes - counted.wastedBytes;
      }
      counted = { deliveredBytes, wastedBytes };
    },
    steady: () => ({ ...steady }),
    summary: () => {
      const levels = samples.map((sample) => sample.sec);
      const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);
      return { p5Sec: percentileOf(levels, 0.05), meanSec: meanOf(levels), lowShare: meanOf(levels.map((sec) => (sec < LOW_WATER_SEC ? 1 : 0))), targetAtMs, fetchedAtMs, samples };
    },
  };
};

export interface ResultParts {
  kind: ClientKind;
  seed: number;
  manifest: Manifest;
  endedBy: SessionResult['endedBy'];
  media: MediaClock;
  record: BufferRecord;
  chunks: readonly SessionChunk[];
  faults: readonly SessionFault[];
  client: VideoClient;
  /** Since the play command, and by the clock. */
  atMs: number;
  clockMs: number;
}

export const resultOf = ({ kind, seed, manifest, endedBy, media, record, chunks, faults, client, atMs, clockMs }: ResultParts): SessionResult => {
  const stalledMs = stalledMsOf(media, atMs);
  return {
    client: kind, videoId: manifest.video_id, seed, endedBy, tookMs: atMs,
    startupMs: media.startupMs, stalls: media.stalls, stalledMs, playedMs: media.playedMs,
    rebufferRatio: stalledMs + media.playedMs > 0 ? stalledMs / (stalledMs + media.playedMs) : 0,
    throughputBitsPerSecond: meanThroughputOf(client.state, clockMs),
    buffer: record.summary(),
    chunks,
    nodes: client.nodes().map(({ nodeId, deliveredBytes, requestCount, failureCount }) => ({ nodeId, sizeBytes: deliveredBytes, requestCount, failureCount })),
    ...client.totals(),
    steady: record.steady(),
    faults,
  };
};
