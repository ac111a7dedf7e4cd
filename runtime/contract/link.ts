/**
 * What the link emulator does to the traffic of one node: everything that travels between clients and the node passes its link. Figures of a
 * link are added to what the machine itself does; a link with `normalLink` passes bytes on at once.
 *
 *   client ── to node ──▶ ┌──────┐ ──▶ node        each direction has its own latency, jitter, rate and loss;
 *          ◀── to client ─ │ link │ ◀──             partition, failure and resets concern the link as a whole
 *                          └──────┘
 *
 * Loss never takes a byte out of a TCP stream: bytes are held back for as long as TCP would need to send them again.
 */
import { z } from 'zod';

export const LATENCY_MS_MAX = 10_000;
export const RATE_BITS_PER_SECOND_MIN = 8_000;
export const RATE_BITS_PER_SECOND_MAX = 10_000_000_000;
export const SLOW_CLOSE_MS_MAX = 60_000;

const Share = z.number().min(0).max(1);

/** Independent losses: each packet with the same probability. */
export const BernoulliLoss = z.object({ model: z.literal('bernoulli'), share: Share });
/** Bursts (Gilbert 1960, Elliott 1963): a chain of two states, judged once a packet, each state with a loss of its own. */
export const GilbertElliottLoss = z.object({
  model: z.literal('gilbert-elliott'),
  /** Probability, a packet, to go from good to bad, and back. */
  goodToBad: Share,
  badToGood: Share,
  lossInGood: Share,
  lossInBad: Share,
});
export const Loss = z.discriminatedUnion('model', [BernoulliLoss, GilbertElliottLoss]);
export type Loss = z.infer<typeof Loss>;

export const LinkDirection = z.object({
  /** Added one way: half of the added round trip. */
  latencyMs: z.number().min(0).max(LATENCY_MS_MAX),
  /** Each delay is drawn from latency ± jitter, never below zero; the order of bytes is kept. */
  jitterMs: z.number().min(0).max(LATENCY_MS_MAX),
  /** Shared by all connections of the link; null: not limited. */
  bitsPerSecond: z.number().min(RATE_BITS_PER_SECOND_MIN).max(RATE_BITS_PER_SECOND_MAX).nullable(),
  loss: Loss,
});
export type LinkDirection = z.infer<typeof LinkDirection>;

/** Which way nothing passes: bytes are held and sockets kept until it heals. */
export const Partition = z.enum(['none', 'to-node', 'to-client', 'both']);
export type Partition = z.infer<typeof Partition>;

export const LinkSettings = z.object({
  toNode: LinkDirection,
  toClient: LinkDirection,
  partition: Partition,
  /** As if the node were dead: new connections are refused (closed at once with a reset), open ones are reset. */
  isFailed: z.boolean(),
  /** Share of new connections that are reset at a random moment of their life, 0–1. */
  resetShare: Share,
  /** A connection that ended lingers for so long before its end is passed on. */
  slowCloseMs: z.number().min(0).max(SLOW_CLOSE_MS_MAX),
});
export type LinkSettings = z.infer<typeof LinkSettings>;

/** A change names only what it changes, in each direction too. A misspelt name would change nothing and look like success, so it is refused. */
export const LinkChange = z
  .object({
    toNode: LinkDirection.partial().strict(),
    toClient: LinkDirection.partial().strict(),
    partition: Partition,
    isFailed: z.boolean(),
    resetShare: Share,
    slowCloseMs: LinkSettings.shape.slowCloseMs,
  })
  .partial()
  .strict();
export type LinkChange = z.infer<typeof LinkChange>;

export { changeLink, isSameLink, noLoss, normalDirection, normalLink } from './link-settings.ts';

/** What a link did since the emulator started; whoever reads takes differences. */
export const LinkCounters = z.object({
  bytesToNode: z.number().nonnegative(),
  bytesToClient: z.number().nonnegative(),
  /** Open now, and ever. */
  connectionCount: z.number().int().nonnegative(),
  connectionCountTotal: z.number().int().nonnegative(),
  /** Connections that the link itself ended or refused. */
  resetCountTotal: z.number().int().nonnegative(),
  /** Bytes taken in and not yet passed on. */
  heldBytes: z.number().nonnegative(),
  /** Sum over all passed bytes' packets of the time the link kept each, and how many there were: their quotient is the mean added delay. */
  delayMsTotal: z.number().nonnegative(),
  delayedCountTotal: z.number().nonnegative(),
  /** Time in which at least one connection's bytes stood still because of a loss or a partition. */
  heldMsTotal: z.number().nonnegative(),
  /** Retransmissions the virtual TCP had to wait for. */
  lossCountTotal: z.number().nonnegative(),
});
export type LinkCounters = z.infer<typeof LinkCounters>;
