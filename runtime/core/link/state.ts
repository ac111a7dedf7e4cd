/** What the link model is told, what it tells, and what it keeps in between. link.ts explains how they go together. */
import type { LinkCounters, LinkSettings } from '../../contract/link.ts';
import type { RandomState } from '../random.ts';
import type { Flow } from './flow.ts';
import { RTT_MS_MIN } from './limits.ts';
import { isLossy } from './loss.ts';
import type { Way } from './way.ts';

export const WAYS = ['toNode', 'toClient'] as const;
export type WayName = (typeof WAYS)[number];

export type LinkInput =
  | { kind: 'open'; id: number }
  | { kind: 'bytes'; id: number; way: WayName; sizeBytes: number }
  /** The sender of this way will send nothing more. */
  | { kind: 'end'; id: number; way: WayName }
  /** The sender of this way is gone without an orderly end. Told to the other side behind the bytes that came before. */
  | { kind: 'reset'; id: number; way: WayName }
  | { kind: 'gone'; id: number }
  | { kind: 'settings'; settings: LinkSettings }
  | { kind: 'tick' };

export type LinkOutput =
  | { kind: 'refused'; id: number }
  | { kind: 'release'; id: number; way: WayName; sizeBytes: number; atMs: number }
  | { kind: 'end'; id: number; way: WayName; atMs: number }
  /** With a way: its sender's reset has arrived. Without: the link resets both sides. Bytes that were not released are not wanted any more. */
  | { kind: 'reset'; id: number; way: WayName | null; atMs: number };

export interface Connection {
  readonly id: number;
  readonly openedMs: number;
  /** What lost packets of the handshake cost. */
  handshakeMsLost: number;
  isEstablished: boolean;
  /** It is reset as long as the share of connections that are is above this; infinite: it was not drawn. */
  readonly resetAtShare: number;
  /** And once so many bytes passed, both ways together. */
  readonly resetAfterBytes: number;
  passedBytes: number;
  readonly flows: Record<WayName, Flow>;
}

/** What follows from the settings. */
export interface LinkView {
  /** The round trip of the virtual TCP; 0: there is no window. */
  readonly rttMs: number;
  readonly isLossy: Readonly<Record<WayName, boolean>>;
  readonly isCut: Readonly<Record<WayName, boolean>>;
}

export interface Link {
  settings: LinkSettings;
  view: LinkView;
  readonly ways: Record<WayName, Way>;
  readonly connections: Map<number, Connection>;
  /** Everything due until here has happened. */
  nowMs: number;
  /** See `nextWakeMs`. */
  wakeMs: number;
  readonly random: RandomState;
  readonly counters: Omit<LinkCounters, 'connectionCount' | 'heldBytes'>;
}

export const viewOf = ({ toNode, toClient, partition }: LinkSettings): LinkView => {
  const lossy = { toNode: isLossy(toNode.loss), toClient: isLossy(toClient.loss) };
  const latencyMs = toNode.latencyMs + toClient.latencyMs;
  return {
    rttMs: latencyMs > 0 || lossy.toNode || lossy.toClient ? Math.max(RTT_MS_MIN, latencyMs) : 0,
    isLossy: lossy,
    isCut: { toNode: partition === 'to-node' || partition === 'both', toClient: partition === 'to-client' || partition === 'both' },
  };
};
