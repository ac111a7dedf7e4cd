/**
 * The chunks of one video for whoever plays or saves it, over any client: gives verified bytes to those who wait for them, keeps what was
 * fetched ahead, asks for a new manifest before its signed URLs expire and when no node gave a chunk.
 */
import type { ClientKind } from '../contract/client-kind.ts';
import { VStackError } from '../contract/errors.ts';
import { MIB, SECOND_MS } from '../contract/units.ts';
import type { Manifest, ManifestChunk } from '../contract/wire/metadata.ts';
import { bufferSecOf } from '../core/client/buffer.ts';
import type { Attempt, ChunkOutcome } from '../core/client/messages.ts';
import { type ClientState, type ClientTotals, measurementsOf, type NodeMeasurement, type Schedule, throughputOf } from '../core/client/state.ts';
import type { LinkTruth } from '../core/client/truth.ts';
import { createBufferedChunk } from './assembly.ts';
import { chunkFactsOf } from './chunk-facts.ts';
import { createChunkStore } from './chunk-store.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { startPings } from './node-pings.ts';
import { runClient } from './run-client.ts';
import { browserClock, type ChunkAssembly, type ClientClock, type Transport } from './transport.ts';

export type ChunkAttempt = Attempt;

/** Enough for the segment being played and its neighbours, so that a short seek back costs nothing. */
const CACHE_BYTES_MAX = 48 * MIB;
/** URLs are renewed this long before they expire: longer than the slowest fetch. */
const EXPIRY_MARGIN_MS = 30 * SECOND_MS;
/** Who waits is told no after this many rounds in vain: the second one with a fresh manifest. */
const ROUNDS_MAX = 2;

export interface ChunkReport extends ChunkOutcome {
  chunk: ManifestChunk;
}

export interface ChunkMiss {
  chunk: ManifestChunk;
  attempts: readonly ChunkAttempt[];
}

export interface ChunkSourceOptions {
  manifest: Manifest;
  /** Asks for the manifest again, with fresh URLs and the nodes as they are now. */
  refresh: () => Promise<Manifest>;
  /** @default smart */
  client?: ClientKind;
  /** `playback` fetches ahead of the playhead by itself; `wanted` only what is loaded. @default wanted */
  schedule?: Schedule;
  /** Where playing begins. @default 0 */
  startSec?: number;
  /** For the oracle: the links as they are at the start. */
  truth?: readonly LinkTruth[];
  /** @default a random one */
  seed?: number;
  /** @default createFetchTransport */
  transport?: Transport | ((manifest: () => Manifest) => Transport);
  clock?: ClientClock;
  /** @default createBufferedChunk */
  openAssembly?: (chunk: ManifestChunk) => ChunkAssembly;
  onChunk?: (report: ChunkReport) => void;
  /** No node gave this chunk. It is told each time: it is asked for again as long as it is needed. */
  onMiss?: (miss: ChunkMiss) => void;
  onBytes?: (nodeId: string, sequence: number, fromByte: number, toByte: number) => void;
  /** Whether nodes are pinged every few seconds. @default while playing */
  pings?: boolean;
  /** Bytes of chunks kept for a second reading; 0 for those who read once. @default CACHE_BYTES_MAX */
  cacheBytesMax?: number;
  /** Unix milliseconds. @default Date.now */
  wallMs?: () => number;
}

export interface ChunkSource {
  manifest(): Manifest;
  /** Whether a node failed lately and is therefore left alone. */
  isAvoided(nodeId: string): boolean;
  /** The verified bytes of a chunk. Rejects with `cancelled` when the signal aborts, `unavailable` when no node serves it. */
  load(sequence: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends what is under way and forgets the bytes. */
  close(): void;
}

/** A chunk source with everything that a player and a session need besides. */
export interface VideoClient extends ChunkSource {
  client(): ClientKind;
  /** Changes who is asked from now on; what is under way goes on. */
  setClient(client: ClientKind): void;
  /** Where it plays and how fast; 0 while the picture stands. */
  setPlayhead(positionSec: number, rate: number, isSeek?: boolean): void;
  /** Somebody has the chunk's bytes already: they need no memory here. */
  take(sequence: number): void;
  /** For the oracle. */
  setTruth(links: readonly LinkTruth[]): void;
  nodes(): NodeMeasurement[];
  totals(): ClientTotals;
  /** Bits a second of all requests together, lately, while any was open; null when none was. */
  throughputBitsPerSecond(): number | null;
  /** What is complete ahead of the playhead. */
  bufferSec(): number;
  /** For whoever looks closer; read only. */
  readonly state: ClientState;
}

interface Waiter {
  resolve(bytes: Uint8Array<ArrayBuffer>): void;
  reject(error: VStackError): void;
  roundCount: number;
}

const byName = (a: { nodeId: string }, b: { nodeId: string }): number => a.nodeId.localeCompare(b.nodeId, 'en', { numeric: true });
const cancelled = (sequence: number): VStackError => new VStackError('cancelled', `The download of chunk ${sequence} was cancelled.`);

const unavailable = (chunk: ManifestChunk, attempts: readonly ChunkAttempt[]): VStackError => {
  const story = attempts.map(({ nodeId, error }) => `${nodeId} ${error}`).join('; ') || 'the manifest names no node that holds it';
  return new VStackError('unavailable', `No node served ${chunk.chunk_id}: ${story}.`, { details: { attempts } });
};

export const createChunkSource = (options: ChunkSourceOptions): VideoClient => {
  const { refresh, onChunk, onMiss, onBytes, schedule = 'wanted', clock = browserClock, wallMs = Date.now, openAssembly = createBufferedChunk } = options;
  const { transport: given = createFetchTransport, pings = schedule === 'playback', cacheBytesMax = CACHE_BYTES_MAX } = options;
  let { manifest } = options;
  let refreshing: Promise<void> | undefined;
  let isClosed = false;
  const store = createChunkStore(cacheBytesMax);
  const waiters = new Map<number, Set<Waiter>>();
  const transport = typeof given === 'function' ? given(() => manifest) : given;
  /** Rounds in vain since the chunk came last. */
  const misses = new Map<number, number>();

  const findChunk = (sequence: number): ManifestChunk | undefined =>
    manifest.chunks[sequence]?.sequence_num === sequence ? manifest.chunks[sequence] : manifest.chunks.find((candidate) => candidate.sequence_num === sequence);
  const chunkOf = (sequence: number): ManifestChunk => {
    const chunk = findChunk(sequence);
    if (chunk === undefined) throw new VStackError('not_found', `"${manifest.title}" has no chunk ${sequence}; it has ${manifest.chunks.length}.`);
    return chunk;
  };

  /** One refresh serves all who wait for it. */
  const renew = (): Promise<void> => {
    refreshing ??= refresh()
      .then((fresh) => {
        manifest = fresh;
        feed({ kind: 'chunks', chunks: chunkFactsOf(fresh) });
      })
      .finally(() => { refreshing = undefined; });
    return refreshing;
  };
  const isExpiring = ({ urls }: ManifestChunk): boolean => urls.some((url) => url.expires_unix * SECOND_MS - EXPIRY_MARGIN_MS < wallMs());

  const leave = (sequence: number, waiter: Waiter): void => {
    const others = waiters.get(sequence);
    others?.delete(waiter);
    if (others?.size !== 0) return;
    // The last one to leave switches off the light; while somebody waits, the bytes are still wanted.
    waiters.delete(sequence);
    feed({ kind: 'unwant', sequence });
  };

  const handleComplete = (outcome: ChunkOutcome, bytes: Uint8Array<ArrayBuffer>): void => {
    const { sequence } = outcome;
    misses.delete(sequence);
    store.put(sequence, bytes);
    onChunk?.({ ...outcome, chunk: chunkOf(sequence) });
    const waiting = waiters.get(sequence);
    waiters.delete(sequence);
    if (!waiting) return;
    take(sequence);
    for (const waiter of waiting) waiter.resolve(bytes);
  };

  const handleMiss = (sequence: number, attempts: readonly ChunkAttempt[]): void => {
    const chunk = chunkOf(sequence);
    const missCount = (misses.get(sequence) ?? 0) + 1;
    misses.set(sequence, missCount);
    onMiss?.({ chunk, attempts });
    const refuse = (isLost: boolean): void => {
      for (const waiter of [...(waiters.get(sequence) ?? [])]) {
        if (!isLost && ++waiter.roundCount < ROUNDS_MAX) continue;
        leave(sequence, waiter);
        waiter.reject(unavailable(chunk, attempts));
      }
    };
    refuse(false);
    // Every known holder failed: the chunk may have moved, or a node came back elsewhere.
    renew().then(
      () => {
        if (missCount === 1) feed({ kind: 'retry', sequence });
      },
      () => refuse(true),
    );
  };

  const take = (sequence: number): Uint8Array<ArrayBuffer> | undefined => {
    const bytes = store.take(sequence);
    if (bytes) feed({ kind: 'taken', sequence });
    return bytes;
  };

  const client = runClient({
    client: options.client ?? 'smart', schedule, seed: options.seed ?? Math.floor(Math.random() * 2 ** 31), transport, clock, chunkOf, openAssembly,
    awaitAddress: (sequence) => (isExpiring(chunkOf(sequence)) ? renew() : undefined),
    onComplete: handleComplete,
    onMiss: handleMiss,
    ...(onBytes && { onBytes }),
  });
  const { state, feed } = client;
  feed({ kind: 'playhead', positionSec: options.startSec ?? 0, rate: 0 });
  if (options.truth) feed({ kind: 'truth', links: options.truth });
  feed({ kind: 'chunks', chunks: chunkFactsOf(manifest) });
  const stopPings = pings ? startPings({ nodeIds: () => [...state.nodes.keys()], ping: transport.ping, clock, onPing: (nodeId, tookMs) => feed({ kind: 'ping', nodeId, tookMs }) }) : undefined;

  return {
    state,
    manifest: () => manifest,
    isAvoided: (nodeId) => measurementsOf(state, clock.nowMs()).some((node) => node.nodeId === nodeId && node.isAvoided),
    load: async (sequence, signal) => {
      if (signal?.aborted || isClosed) throw cancelled(sequence);
      chunkOf(sequence);
      const kept = take(sequence);
      if (kept) return kept;
      feed({ kind: 'lost', sequence });
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { resolve, reject, roundCount: 0 };
        const settle = (): void => signal?.removeEventListener('abort', abort);
        const abort = (): void => {
          leave(sequence, waiter);
          waiter.reject(cancelled(sequence));
        };
        waiter.resolve = (bytes) => (settle(), resolve(bytes));
        waiter.reject = (error) => (settle(), reject(error));
        signal?.addEventListener('abort', abort, { once: true });
        waiters.set(sequence, (waiters.get(sequence) ?? new Set()).add(waiter));
        feed({ kind: 'want', sequence });
      });
    },
    client: () => state.client,
    setClient: (next) => feed({ kind: 'client', client: next }),
    setPlayhead: (positionSec, rate, isSeek = false) => {
      if (isSeek) for (const { status, facts } of state.order) if (status === 'complete' && !store.has(facts.sequence)) feed({ kind: 'lost', sequence: facts.sequence });
      feed({ kind: 'playhead', positionSec, rate, isSeek });
    },
    take: (sequence) => void take(sequence),
    setTruth: (links) => feed({ kind: 'truth', links }),
    nodes: () => measurementsOf(state, clock.nowMs()).sort(byName),
    totals: () => ({ ...state.totals }),
    throughputBitsPerSecond: () => throughputOf(state, clock.nowMs()),
    bufferSec: () => bufferSecOf(state, clock.nowMs()),
    close: () => {
      isClosed = true;
      stopPings?.();
      client.close();
      store.clear();
      for (const [sequence, waiting] of waiters) for (const waiter of waiting) waiter.reject(cancelled(sequence));
      waiters.clear();
    },
  };
};
