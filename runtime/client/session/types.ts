/**
 * A playback session without a picture: a media clock runs over real downloads, so that start-up, stalls and the buffer are what a viewer
 * would have met. Times are milliseconds of the injected clock; `atMs` counts from the play command.
 *
 *   startPlaySession({ kind, manifest, transport, clock, seed }) → { result, stop, markFault, setTruth, now }
 *
 * Over the system's clock and `createFetchTransport` it is a real session; over a simulated clock and network the same code plays in virtual
 * time. It never waits for anything but the clock and the transport (and, with bytes that are kept, for their SHA-256).
 */
import type { ClientKind } from '../../contract/client-kind.ts';
import type { Manifest, ManifestChunk } from '../../contract/wire/metadata.ts';
import type { ClientTotals, NodeMeasurement } from '../../core/client/state.ts';
import type { LinkTruth } from '../../core/client/truth.ts';
import type { ChunkAssembly, ClientClock, Transport } from '../transport.ts';

export interface PlaySessionOptions {
  kind: ClientKind;
  manifest: Manifest;
  /** A function is given the manifest as it is at any time: `createFetchTransport` is one. */
  transport: Transport | ((manifest: () => Manifest) => Transport);
  clock: ClientClock;
  /** For everything that is drawn: breakers' jitter, choices among equals. The same seed over the same network plays the same. */
  seed: number;
  /** Asks for the manifest again when no holder gave a chunk. @default the manifest stays as it is */
  refresh?: () => Promise<Manifest>;
  /** @default createBufferedChunk, which checks the SHA-256 */
  openAssembly?: (chunk: ManifestChunk) => ChunkAssembly;
  /** Where it begins. @default 0 */
  startSec?: number;
  /** It ends so long after the play command, wherever it is. @default when the video has been played */
  limitMs?: number;
  /** For the oracle: the links as they are at the start. */
  truth?: readonly LinkTruth[];
  /** Told of each chunk as it is complete. */
  onChunk?: (chunk: SessionChunk) => void;
}

export interface PlaySession {
  /** Never rejects: what went wrong is in the result. */
  result: Promise<SessionResult>;
  /** Ends it now; the result is what there is so far. */
  stop(): void;
  /** A fault hits this node now. The result tells how long its bytes took to come from elsewhere. */
  markFault(nodeId: string): void;
  /** For the oracle: the links have changed. */
  setTruth(truth: readonly LinkTruth[]): void;
  /** Figures of this moment, for a progress display. */
  now(): SessionNow;
}

export type SessionPhase = 'starting' | 'playing' | 'stalled' | 'ended';

export interface SessionNow {
  phase: SessionPhase;
  positionSec: number;
  bufferSec: number;
  throughputBitsPerSecond: number | null;
  /** Null until it began to play. */
  startupMs: number | null;
  stallCount: number;
  stalledMs: number;
  playedMs: number;
  totals: ClientTotals;
  nodes: readonly NodeMeasurement[];
}

export interface SessionChunk {
  sequence: number;
  sizeBytes: number;
  /** When it was asked for first, and when it was complete and verified. */
  askedAtMs: number;
  atMs: number;
  /** From the first request to the last byte. */
  tookMs: number;
  firstByteMs: number;
  /** Who gave its bytes, the one that gave most first. */
  sources: readonly { nodeId: string; sizeBytes: number }[];
  /** Who was asked and failed, in order. */
  failures: readonly { nodeId: string; reason: string }[];
  hedged: boolean;
  failedOver: boolean;
  why: string;
}

export interface SessionStall {
  atMs: number;
  positionSec: number;
  /** Until the picture moved again, or the session ended. */
  tookMs: number;
}

export interface SessionFault {
  nodeId: string;
  atMs: number;
  /** Requests that were open at the node. */
  openCount: number;
  /** All that these owed has begun to come, or had been on its way already. */
  isSettled: boolean;
  /**
   * Until the bytes that these owed had begun to come from elsewhere, all of them. Null: nothing had to (none was open, or what was under way
   * came after all), or, while it is not settled, they never did.
   */
  recoveredMs: number | null;
  /** Until any other node gave any byte. */
  otherNodeMs: number | null;
}

export interface SessionResult {
  client: ClientKind;
  videoId: string;
  seed: number;
  endedBy: 'end' | 'limit' | 'stop';
  tookMs: number;
  /** From the play command until START_SEC, or all there is, was buffered; null: it never began. */
  startupMs: number | null;
  stalls: readonly SessionStall[];
  stalledMs: number;
  playedMs: number;
  /** Stalled time as a share of stalled and played time, 0–1. */
  rebufferRatio: number;
  /** All bytes that came, over the time in which any request was open. */
  throughputBitsPerSecond: number | null;
  /** While it played or stalled, sampled four times a second; nulls if it never began. */
  buffer: {
    p5Sec: number | null;
    meanSec: number | null;
    /** Share of samples below LOW_WATER_SEC, 0–1. */
    lowShare: number | null;
    /** When TARGET_SEC was reached first. */
    targetAtMs: number | null;
    /** When nothing was left to fetch. */
    fetchedAtMs: number | null;
    samples: readonly { atMs: number; sec: number }[];
  };
  chunks: readonly SessionChunk[];
  nodes: readonly { nodeId: string; sizeBytes: number; requestCount: number; failureCount: number }[];
  deliveredBytes: number;
  /** Came and were of no use: doubled by a hedge, thrown away with a failed try, or wrong. */
  wastedBytes: number;
  /** Of these two, what came while at least LOW_WATER_SEC were buffered, as it was when looked at four times a second. */
  steady: { deliveredBytes: number; wastedBytes: number };
  requestCount: number;
  failedRequestCount: number;
  hedgeCount: number;
  /** Hedges that brought their bytes before the request they doubled. */
  hedgeWinCount: number;
  /** Chunks with bytes that another node had been asked for, failed and did not bring. */
  failOverCount: number;
  faults: readonly SessionFault[];
}
