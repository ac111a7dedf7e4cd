/** What this page's player has measured, in the words of the contract. */
import type { ChunkReport, ChunkSource } from '../../runtime/client/chunk-source.ts';
import type { NodeMeter } from '../../runtime/client/node-meter.ts';
import type { PlaybackChunk, PlaybackNode, PlaybackPhase } from '../../runtime/contract/control/playback.ts';
import type { PlaybackFigures } from './meter.ts';
import type { Measured } from './session-report.ts';

export interface MeasuredParts {
  phase: PlaybackPhase;
  positionSec: number;
  durationSec: number;
  bufferSec: number;
  figures: PlaybackFigures;
  nodes: NodeMeter;
  source: Pick<ChunkSource, 'isAvoided'> | undefined;
}

/** A node is healthy while it is neither avoided nor silent; one that nothing is known of is given the benefit of the doubt. */
export const nodesOf = (nodes: NodeMeter, source: Pick<ChunkSource, 'isAvoided'> | undefined): PlaybackNode[] =>
  nodes.nodes().map(({ nodeId, score, isAnswering, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount }) => ({
    nodeId, score, healthy: isAnswering !== false && !source?.isAvoided(nodeId), bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount,
  }));

export const measuredOf = ({ phase, positionSec, durationSec, bufferSec, figures, nodes, source }: MeasuredParts): Measured => ({
  phase, positionSec, durationSec, bufferSec, ...figures,
  throughputBitsPerSecond: nodes.throughputBitsPerSecond(),
  ...nodes.totals(),
  nodes: nodesOf(nodes, source),
});

export const chunkOf = ({ chunk, nodeId, firstByteMs, tookMs, attempts }: ChunkReport, atMs: number): PlaybackChunk => ({
  sequence: chunk.sequence_num, nodeId, atMs, sizeBytes: chunk.size_bytes, firstByteMs, tookMs,
  failedNodeIds: attempts.filter((attempt) => attempt.error !== null).map((attempt) => attempt.nodeId),
});
