/**
 * What goes into the client's state machine and what comes out, for every kind of client.
 *
 *   loader, player ─ want, taken, playhead ─▶ ┌────────┐ ─ request, abort ─▶ transport
 *   manifest ─────── chunks, retry ─────────▶ │ client │ ─ verify, restart, forget ▶ assemblies
 *   transport ────── first-byte, bytes, … ──▶ │  core  │ ─ complete, miss ─▶ whoever waits
 *   assembly ─────── verified ──────────────▶ └────────┘ ─ timer ──────────▶ clock
 */
import type { ClientKind } from '../../contract/client-kind.ts';
import type { OwnedRange } from './byte-ranges.ts';
import type { LinkTruth } from './truth.ts';

/** What a client has to know of a chunk. */
export interface ChunkFacts {
  readonly sequence: number;
  readonly sizeBytes: number;
  /** Where its segment begins and ends. A segment plays when all its chunks are there. */
  readonly startSec: number;
  readonly endSec: number;
  /** Nodes that have it, in the manifest's order. */
  readonly holders: readonly string[];
}

export type ClientInput =
  /** The video as it is now. Chunks that are known keep what they have. */
  | { readonly kind: 'chunks'; readonly chunks: readonly ChunkFacts[] }
  /** `rate` 0 while the picture stands. `isSeek`: what was fetched for elsewhere is of no use any more. */
  | { readonly kind: 'playhead'; readonly positionSec: number; readonly rate: number; readonly isSeek?: boolean }
  /** Somebody waits for a chunk, wherever it lies. */
  | { readonly kind: 'want'; readonly sequence: number }
  | { readonly kind: 'unwant'; readonly sequence: number }
  /** Somebody has its bytes: they count as buffered but no longer as memory. */
  | { readonly kind: 'taken'; readonly sequence: number }
  /** A complete chunk is no longer kept. */
  | { readonly kind: 'lost'; readonly sequence: number }
  /** After a miss: there is reason to ask again now. */
  | { readonly kind: 'retry'; readonly sequence: number }
  | { readonly kind: 'first-byte'; readonly requestId: number }
  | { readonly kind: 'bytes'; readonly requestId: number; readonly sizeBytes: number }
  /** The answer ended. */
  | { readonly kind: 'done'; readonly requestId: number }
  | { readonly kind: 'failed'; readonly requestId: number; readonly reason: string }
  /** Answers `verify`. `liars`: nodes whose bytes in an earlier, wrong try are now known to be wrong. */
  | { readonly kind: 'verified'; readonly sequence: number; readonly isRight: boolean; readonly liars?: readonly string[] }
  /** Null: no answer. */
  | { readonly kind: 'ping'; readonly nodeId: string; readonly tookMs: number | null }
  | { readonly kind: 'truth'; readonly links: readonly LinkTruth[] }
  | { readonly kind: 'client'; readonly client: ClientKind }
  | { readonly kind: 'timer' };

export interface Attempt {
  nodeId: string;
  tookMs: number;
  /** Why this node did not serve, as the end of a sentence; null for one that did. */
  error: string | null;
}

export type WhyCode = 'quickest' | 'only-holder' | 'in-turn' | 'drawn' | 'split' | 'explored' | 'tried-again' | 'last-resort' | 'refetched';

/** A chunk that is complete and right. */
export interface ChunkOutcome {
  sequence: number;
  /** Who gave most of it, of those that did not fail. */
  nodeId: string;
  /** Who gave how much of it, most first. */
  sources: readonly { nodeId: string; sizeBytes: number }[];
  /** Whoever was asked and failed, in order; then those that served, the one of `nodeId` last. */
  attempts: readonly Attempt[];
  askedAtMs: number;
  /** From the first request to the first byte of any, and to the last byte. */
  firstByteMs: number;
  tookMs: number;
  /** It was asked of a second node while a first one was at it. */
  hedged: boolean;
  /** A node failed, and another one brought what it owed. */
  failedOver: boolean;
  code: WhyCode;
  /** The decision in a few words. */
  why: string;
}

export type ClientEffect =
  | { readonly kind: 'request'; readonly requestId: number; readonly nodeId: string; readonly sequence: number; readonly fromByte: number; readonly toByte: number }
  | { readonly kind: 'abort'; readonly requestId: number }
  /** All bytes are there: check them, and answer with `verified`. */
  | { readonly kind: 'verify'; readonly sequence: number }
  /** They were wrong: keep them aside, to tell later who sent what. `sources`: who sent them; empty when that is known already. */
  | { readonly kind: 'restart'; readonly sequence: number; readonly sources: readonly OwnedRange[] }
  /** Nobody needs this chunk any more. */
  | { readonly kind: 'forget'; readonly sequence: number }
  | { readonly kind: 'complete'; readonly outcome: ChunkOutcome }
  /** A round in which no holder gave it. It is asked for again, by itself, as long as it is wanted or due. */
  | { readonly kind: 'miss'; readonly sequence: number; readonly attempts: readonly Attempt[] }
  /** Replaces the timer before. */
  | { readonly kind: 'timer'; readonly atMs: number };
