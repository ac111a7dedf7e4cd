/**
 * The link emulator's HTTP API. Its callers are scripts and tests; the host talks to it over IPC (`linkCalls` of child-config.ts) and is told of
 * every change made here.
 *
 *   GET  /health
 *   GET  /links              every link: where it listens, what is behind it, how it is set, what it did
 *   GET  /links/{node_id}
 *   PUT  /links/{node_id}    changes what the body names, also under open connections; answers with the link as it is then
 *   POST /links/reset        nothing is added any more, on all links
 *
 * Names are snake_case; `settings` and `counters` are written as in profiles and scenarios (runtime/contract/link.ts), so that a profile's
 * settings can be sent as they are.
 */
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { LinkChange, LinkCounters, LinkSettings } from '../link.ts';

const port = z.number().int().min(1).max(65_535);

export const LinkEmulatorHealth = z.object({
  status: z.enum(['healthy', 'stopping']),
  service: z.literal('link-emulator'),
  links: z.number().int().nonnegative(),
});

export const LinkInfo = z.object({
  node_id: NodeId,
  /** Where clients connect, on the emulator's host. */
  port,
  /** The node's own address; null while it is not known: connections are refused meanwhile. */
  target: z.object({ host: z.string(), port }).nullable(),
  /** Nothing is added. */
  normal: z.boolean(),
  settings: LinkSettings,
  counters: LinkCounters,
});

export const LinksResponse = z.object({ links: z.array(LinkInfo) });

export const LinkChangeRequest = LinkChange;

export type LinkEmulatorHealth = z.infer<typeof LinkEmulatorHealth>;
export type LinkInfo = z.infer<typeof LinkInfo>;
export type LinksResponse = z.infer<typeof LinksResponse>;
export type LinkChangeRequest = z.infer<typeof LinkChangeRequest>;
