/** What this page's player has measured, in the words of the contract. */
import type { ChunkReport, VideoClient } from '../../runtime/client/chunk-source.ts';
import type { PlaybackChunk, PlaybackNode, PlaybackPhase } from '../../runtime/contract/control/playback.ts';
import type { PlaybackFigures } from './meter.ts';
import type { Measured } from './session-report.ts';

/** What is read of the client that fetches the chunks. */
export type MeasuringClient = Pick<VideoClient, 'client' | 'nodes' | 'totals' | 'throughputBitsPerSecond'>;

export interface MeasuredParts {
  phase: PlaybackPhase;
  positionSec: number;
  durationSec: number;
  bufferSec: number;
  figures: PlaybackFigures;
  source: MeasuringClient;
}

/** A node is healthy while it is neither avoided nor silent; one that nothing is known of is given the benefit of the doubt. */
export const nodesOf = (source: Pick<MeasuringClient, 'nodes'>): PlaybackNode[] =>
  source.nodes().map(({ nodeId, score, isAnswering, isAvoided, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount }) => ({
    nodeId, score, healthy: isAnswering !== false && !isAvoided, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount,
  }));

export const measuredOf = ({ phase, positionSec, durationSec, bufferSec, figures, source }: MeasuredParts): Measured => {
  const { deliveredBytes, wastedBytes, requestCount, failedRequestCount } = source.totals();
  return {
    client: source.client(), phase, positionSec, durationSec, bufferSec, ...figures,
    throughputBitsPerSecond: source.throughputBitsPerSecond(),
    deliveredBytes, wastedBytes, requestCount, failedRequestCount,
    nodes: nodesOf(source),
  };
};

export const chunkOf = ({ chunk, nodeId, sources, firstByteMs, tookMs, attempts, hedged, failedOver, why }: ChunkReport, atMs: number): PlaybackChunk => ({
  sequence: chunk.sequence_num, nodeId, sources: sources.map((source) => ({ ...source })), atMs, sizeBytes: chunk.size_bytes, firstByteMs, tookMs, hedged, failedOver, why,
  failedNodeIds: attempts.filter((attempt) => attempt.error !== null).map((attempt) => attempt.nodeId),
});
