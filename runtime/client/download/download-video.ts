/**
 * A whole video in playing order: a few chunks are fetched ahead, each from the next holder when one fails, each checked against its
 * SHA-256, and handed on in order. Runs wherever fetch does.
 */
import { VStackError } from '../../contract/errors.ts';
import type { Manifest, ManifestChunk } from '../../contract/wire/metadata.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import { type ChunkAttempt, type ChunkReport, createChunkSource, type ChunkSourceOptions } from '../chunk-source.ts';

/** Enough to hide one slow answer behind the others; at most this many chunks stand in memory. */
export const READ_AHEAD_COUNT = 4;

export interface DownloadOptions {
  manifest: Manifest;
  /** Asks for the manifest again: fresh URLs, and the nodes as they are now. */
  refresh: () => Promise<Manifest>;
  /** Takes each chunk in order; the download waits for it. */
  write?: (bytes: Uint8Array<ArrayBuffer>, chunk: ManifestChunk) => Promise<void> | void;
  /** Told of each chunk as it is handed on. */
  onProgress?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
  /** @default READ_AHEAD_COUNT */
  readAheadCount?: number;
  /** @default smart */
  client?: ClientKind;
  transport?: ChunkSourceOptions['transport'];
  /** Monotonic milliseconds. @default performance.now */
  nowMs?: () => number;
}

export interface DownloadProgress {
  chunkId: string;
  chunksDone: number;
  chunksTotal: number;
  bytesDone: number;
  bytesTotal: number;
  /** The node that served this chunk, or most of it. */
  nodeId: string;
}

/** One request that did not bring what it was asked for: another holder was. */
export interface DownloadFailure {
  chunkId: string;
  nodeId: string;
  error: string;
}

export interface DownloadReport {
  videoId: string;
  title: string;
  durationSec: number;
  chunkCount: number;
  sizeBytes: number;
  tookMs: number;
  /** Until the first segment was complete and verified: a player could have begun here. */
  startUpMs: number;
  bytesPerSecond: number;
  failures: DownloadFailure[];
  /** What each node served, the busiest first. A chunk counts for the node that gave most of it. */
  nodes: { nodeId: string; chunkCount: number; sizeBytes: number; failureCount: number }[];
}

/** What a smarter client offers as well. */
export type DownloadVideo = (options: DownloadOptions) => Promise<DownloadReport>;

/**
 * @throws VStackError `unavailable` when a chunk can be had from no node, `cancelled` when the signal aborts, `conflict` for a video that
 * is not ready to be read
 */
export const downloadVideo: DownloadVideo = async (options) => {
  const { manifest, refresh, write, onProgress, signal, readAheadCount = READ_AHEAD_COUNT, nowMs = () => performance.now() } = options;
  const chunks = [...manifest.chunks].sort((a, b) => a.sequence_num - b.sequence_num);
  assertReadable(manifest, chunks);
  const tally = createTally();
  const source = createChunkSource({ manifest, refresh, onChunk: tally.add, cacheBytesMax: 0, client: options.client ?? 'smart', ...(options.transport && { transport: options.transport }) });
  const bytesTotal = chunks.reduce((sum, chunk) => sum + chunk.size_bytes, 0);
  const firstSegment = chunks[0]!.segment_index;
  const startedAtMs = nowMs();
  let startUpMs = 0;
  let bytesDone = 0;
  const ahead: Promise<Uint8Array<ArrayBuffer>>[] = [];

  try {
    for (const [index, chunk] of chunks.entries()) {
      for (const next of chunks.slice(index + ahead.length, index + readAheadCount)) {
        const loading = source.load(next.sequence_num, signal);
        // Its failure is met when its turn comes; until then nobody else must trip over it.
        loading.catch(() => {});
        ahead.push(loading);
      }
      const bytes = await ahead.shift()!;
      if (chunk.segment_index === firstSegment) startUpMs = nowMs() - startedAtMs;
      await write?.(bytes, chunk);
      bytesDone += bytes.byteLength;
      onProgress?.({ chunkId: chunk.chunk_id, chunksDone: index + 1, chunksTotal: chunks.length, bytesDone, bytesTotal, nodeId: tally.serverOf(chunk.chunk_id) });
    }
  } finally {
    source.close();
  }

  const tookMs = nowMs() - startedAtMs;
  return {
    videoId: manifest.video_id,
    title: manifest.title,
    durationSec: manifest.duration_sec,
    chunkCount: chunks.length,
    sizeBytes: bytesDone,
    tookMs,
    startUpMs,
    bytesPerSecond: tookMs > 0 ? (bytesDone / tookMs) * 1000 : 0,
    failures: tally.failures,
    nodes: tally.nodes(),
  };
};

const assertReadable = (manifest: Manifest, chunks: readonly ManifestChunk[]): void => {
  if (chunks.length === 0) throw new VStackError('conflict', `"${manifest.title}" has no chunks (it is ${manifest.status}). Wait for its upload to end, or upload it again.`);
  const missing = chunks.findIndex((chunk, index) => chunk.sequence_num !== index);
  if (missing >= 0) throw new VStackError('conflict', `Chunk ${missing} of "${manifest.title}" is not committed yet. Wait for its upload to end.`);
};

const createTally = () => {
  const servers = new Map<string, string>();
  const failures: DownloadFailure[] = [];
  const nodes = new Map<string, { chunkCount: number; sizeBytes: number; failureCount: number }>();
  const of = (nodeId: string) => {
    const entry = nodes.get(nodeId) ?? { chunkCount: 0, sizeBytes: 0, failureCount: 0 };
    nodes.set(nodeId, entry);
    return entry;
  };
  const addFailures = (chunkId: string, attempts: readonly ChunkAttempt[]): void => {
    for (const { nodeId, error } of attempts) {
      if (error === null) continue;
      failures.push({ chunkId, nodeId, error });
      of(nodeId).failureCount += 1;
    }
  };
  return {
    failures,
    add({ chunk, nodeId, sources, attempts }: ChunkReport): void {
      servers.set(chunk.chunk_id, nodeId);
      of(nodeId).chunkCount += 1;
      for (const source of sources) of(source.nodeId).sizeBytes += source.sizeBytes;
      addFailures(chunk.chunk_id, attempts);
    },
    serverOf: (chunkId: string): string => servers.get(chunkId) ?? '',
    nodes: () => [...nodes].map(([nodeId, entry]) => ({ nodeId, ...entry })).sort((a, b) => b.sizeBytes - a.sizeBytes),
  };
};
