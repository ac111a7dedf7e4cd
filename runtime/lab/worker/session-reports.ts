/** Reports of a session without a picture, such as a player sends: so the dashboard follows it. */
import type { SessionChunk, SessionNow } from '../../client/session/types.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import { REPORT_CHUNKS_MAX, type PlaybackChunk, type PlaybackPhase, type PlaybackReport } from '../../contract/control/playback.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';

export interface SessionReportFacts {
  sessionId: string;
  manifest: Manifest;
  client: ClientKind;
  startedAtMs: number;
}

export interface SessionReports {
  handleChunk(chunk: SessionChunk, atMs: number): void;
  /** The next report, with the chunks that came since the one before. */
  next(now: SessionNow, phase: PlaybackPhase, isOver: boolean): PlaybackReport;
}

export const createSessionReports = ({ sessionId, manifest, client, startedAtMs }: SessionReportFacts): SessionReports => {
  let waiting: PlaybackChunk[] = [];
  return {
    handleChunk({ sequence, sizeBytes, firstByteMs, tookMs, sources, failures, hedged, failedOver, why }, atMs) {
      const [main] = sources;
      if (!main) return;
      waiting.push({ sequence, nodeId: main.nodeId, sources: [...sources], atMs, sizeBytes, firstByteMs, tookMs, failedNodeIds: failures.map(({ nodeId }) => nodeId), hedged, failedOver, why });
    },
    next(now, phase, isOver) {
      const chunks = waiting.slice(-REPORT_CHUNKS_MAX);
      waiting = [];
      return {
        sessionId, videoId: manifest.video_id, title: manifest.title, client, door: 'lab', startedAtMs, phase,
        positionSec: now.positionSec, durationSec: manifest.duration_sec, bufferSec: now.bufferSec, startupMs: now.startupMs,
        stallCount: now.stallCount, stalledMs: now.stalledMs, playedMs: now.playedMs, throughputBitsPerSecond: now.throughputBitsPerSecond,
        deliveredBytes: now.totals.deliveredBytes, wastedBytes: now.totals.wastedBytes, requestCount: now.totals.requestCount, failedRequestCount: now.totals.failedRequestCount,
        nodes: now.nodes.map(({ nodeId, score, isAvoided, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount }) => ({
          nodeId, score, healthy: !isAvoided, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount,
        })),
        chunks, isOver,
      };
    },
  };
};
