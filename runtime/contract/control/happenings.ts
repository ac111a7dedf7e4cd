/** What happened in the cluster, in words for people: launches, deaths, recoveries, uploads. Kept by the host, so every door tells the same. */
import { z } from 'zod';
import { defineCall } from './call.ts';

export const Happening = z.object({
  /** Counts up within one host. */
  id: z.number().int(),
  atMs: z.number(),
  kind: z.enum([
    'cluster-launching', 'cluster-ready', 'cluster-degraded', 'cluster-stopping', 'cluster-stopped', 'launch-failed',
    'process-died', 'process-ready', 'process-degraded', 'process-paused', 'process-stopped', 'process-restarted', 'process-crashed',
    'node-added', 'node-removed',
    'link-changed', 'network-normal', 'scenario-started', 'scenario-problem', 'scenario-ended', 'scenario-stopped', 'scenario-failed',
    'upload-completed', 'upload-failed', 'video-deleted', 'video-restored', 'stall', 'fail-over',
  ]),
  tone: z.enum(['ok', 'warn', 'bad', 'idle', 'busy']),
  /** The process it is about; null for the cluster as a whole. */
  subject: z.string().nullable(),
  text: z.string(),
});
export type Happening = z.infer<typeof Happening>;

export const happeningCalls = {
  'events:list': defineCall({
    input: z.object({ sinceMs: z.number().optional(), limit: z.number().int().min(1).max(1_000).default(200) }),
    output: z.object({ events: z.array(Happening) }),
    needs: 'read',
    summary: 'What happened in the cluster lately, youngest first.',
  }),
} as const;

export const happeningEvents = {
  'events:added': z.object({ events: z.array(Happening) }),
} as const;
