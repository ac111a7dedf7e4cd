/**
 * The chunks of one video for as long as it plays: keeps the latest bytes, never fetches a chunk twice at once, spreads reads over the
 * nodes, remembers which nodes failed lately, and asks for a new manifest before its signed URLs expire.
 */
import { VStackError } from '../contract/errors.ts';
import { MIB, SECOND_MS } from '../contract/units.ts';
import type { Manifest, ManifestChunk, ManifestUrls } from '../contract/wire/metadata.ts';
import { type ChunkAttempt, fetchChunk, type FetchedChunk, type FetchChunkOptions, type ObserveRequest } from './fetch-chunk.ts';

/** Enough for the segment being played and its neighbours, so that a short seek back costs nothing. */
const CACHE_BYTES_MAX = 48 * MIB;
/** URLs are renewed this long before they expire: longer than the slowest fetch. */
const EXPIRY_MARGIN_MS = 30 * SECOND_MS;
/** A node that failed is asked last for this long. */
const DISTRUST_MS = 10 * SECOND_MS;

export interface ChunkReport {
  chunk: ManifestChunk;
  nodeId: string;
  tookMs: number;
  firstByteMs: number;
  attempts: ChunkAttempt[];
}

export interface ChunkMiss {
  chunk: ManifestChunk;
  attempts: ChunkAttempt[];
}

export interface ChunkSourceOptions {
  manifest: Manifest;
  /** Asks for the manifest again, with fresh URLs and the nodes as they are now. */
  refresh: () => Promise<Manifest>;
  onChunk?: (report: ChunkReport) => void;
  /** No node gave this chunk. It is told each time: whoever waits for the chunk may ask again. */
  onMiss?: (miss: ChunkMiss) => void;
  /** Who measures the nodes. */
  observe?: ObserveRequest;
  fetch?: (chunk: ManifestChunk, options: FetchChunkOptions) => Promise<FetchedChunk>;
  /** Bytes of chunks kept for a second reading; 0 for those who read once. @default CACHE_BYTES_MAX */
  cacheBytesMax?: number;
  /** Unix milliseconds. @default Date.now */
  nowMs?: () => number;
}

export interface ChunkSource {
  manifest(): Manifest;
  /** Whether a node failed lately and is therefore asked last. */
  isAvoided(nodeId: string): boolean;
  /** The verified bytes of a chunk. Rejects with `cancelled` when the signal aborts, `unavailable` when no node serves it. */
  load(sequence: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Aborts what is under way and forgets the bytes. */
  close(): void;
}

interface Flight {
  promise: Promise<Uint8Array<ArrayBuffer>>;
  abort: AbortController;
  waiterCount: number;
}

/** Those that failed lately come last; the others start at a different node for each chunk, which spreads the load. */
export const orderSources = (chunk: ManifestChunk, isAvoided: (nodeId: string) => boolean): ManifestUrls[] => {
  const { urls } = chunk;
  const rotated = urls.map((_, index) => urls[(index + chunk.sequence_num) % urls.length]!);
  return [...rotated.filter((url) => !isAvoided(url.node_id)), ...rotated.filter((url) => isAvoided(url.node_id))];
};

/** A fetch that found no node names whom it asked. */
const attemptsOf = (error: unknown): ChunkAttempt[] => {
  const attempts = error instanceof VStackError ? error.details?.attempts : undefined;
  return Array.isArray(attempts) ? (attempts as ChunkAttempt[]) : [];
};

export const createChunkSource = (options: ChunkSourceOptions): ChunkSource => {
  const { refresh, onChunk, onMiss, observe, fetch = fetchChunk, cacheBytesMax = CACHE_BYTES_MAX, nowMs = Date.now } = options;
  let { manifest } = options;
  let refreshing: Promise<void> | undefined;
  let cachedBytes = 0;
  const cache = new Map<number, Uint8Array<ArrayBuffer>>();
  const flights = new Map<number, Flight>();
  const failedAtMs = new Map<string, number>();

  const chunkOf = (sequence: number): ManifestChunk => {
    const chunk = manifest.chunks.find((candidate) => candidate.sequence_num === sequence);
    if (chunk === undefined) throw new VStackError('not_found', `"${manifest.title}" has no chunk ${sequence}; it has ${manifest.chunks.length}.`);
    return chunk;
  };

  /** One refresh serves all who wait for it. */
  const renew = (): Promise<void> => {
    refreshing ??= refresh()
      .then((fresh) => { manifest = fresh; })
      .finally(() => { refreshing = undefined; });
    return refreshing;
  };

  const isExpiring = (chunk: ManifestChunk): boolean =>
    chunk.urls.some((url) => url.expires_unix * SECOND_MS - EXPIRY_MARGIN_MS < nowMs());

  const isAvoided = (nodeId: string): boolean => {
    const atMs = failedAtMs.get(nodeId);
    return atMs !== undefined && nowMs() - atMs < DISTRUST_MS;
  };

  const judge = (attempts: readonly ChunkAttempt[]): void => {
    for (const { nodeId, error } of attempts) {
      if (error === null) failedAtMs.delete(nodeId);
      else failedAtMs.set(nodeId, nowMs());
    }
  };

  const remember = (sequence: number, bytes: Uint8Array<ArrayBuffer>): void => {
    cache.set(sequence, bytes);
    cachedBytes += bytes.byteLength;
    for (const [oldest, old] of cache) {
      if (cachedBytes <= cacheBytesMax || oldest === sequence) break;
      cache.delete(oldest);
      cachedBytes -= old.byteLength;
    }
  };

  const fetchOnce = async (sequence: number, signal: AbortSignal): Promise<FetchedChunk> => {
    const chunk = chunkOf(sequence);
    const fetched = await fetch(chunk, { sources: orderSources(chunk, isAvoided), signal, ...(observe && { observe }) }).catch((error: unknown) => {
      const attempts = attemptsOf(error);
      judge(attempts);
      if (!signal.aborted) onMiss?.({ chunk, attempts });
      throw error;
    });
    judge(fetched.attempts);
    onChunk?.({ chunk, nodeId: fetched.nodeId, tookMs: fetched.tookMs, firstByteMs: fetched.firstByteMs, attempts: fetched.attempts });
    return fetched;
  };

  const fetchWithRenewal = async (sequence: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    if (isExpiring(chunkOf(sequence))) await renew();
    try {
      return (await fetchOnce(sequence, signal)).bytes;
    } catch (error) {
      if (signal.aborted) throw error;
      // Every known holder failed: the chunk may have moved, or a node came back elsewhere. One fresh manifest is worth asking for.
      await renew();
      return (await fetchOnce(sequence, signal)).bytes;
    }
  };

  const takeOff = (sequence: number): Flight => {
    const abort = new AbortController();
    const promise = fetchWithRenewal(sequence, abort.signal)
      .then((bytes) => {
        remember(sequence, bytes);
        return bytes;
      })
      .finally(() => land(sequence, flight));
    const flight: Flight = { promise, abort, waiterCount: 0 };
    flights.set(sequence, flight);
    return flight;
  };

  /** A flight leaves the list once: a later one for the same chunk may already be under way. */
  const land = (sequence: number, flight: Flight): void => {
    if (flights.get(sequence) === flight) flights.delete(sequence);
  };

  const cancelled = (sequence: number): VStackError => new VStackError('cancelled', `The download of chunk ${sequence} was cancelled.`);

  return {
    manifest: () => manifest,
    isAvoided,
    load: async (sequence, signal) => {
      if (signal?.aborted) throw cancelled(sequence);
      const cached = cache.get(sequence);
      if (cached) return cached;
      const flight = flights.get(sequence) ?? takeOff(sequence);
      flight.waiterCount++;
      if (!signal) return flight.promise;
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          // The last one to leave switches off the light; while somebody waits, the bytes are still wanted.
          if (--flight.waiterCount === 0) {
            land(sequence, flight);
            flight.abort.abort();
          }
          reject(cancelled(sequence));
        };
        signal.addEventListener('abort', leave, { once: true });
        flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
      });
    },
    close: () => {
      for (const flight of flights.values()) flight.abort.abort();
      cache.clear();
      cachedBytes = 0;
    },
  };
};
