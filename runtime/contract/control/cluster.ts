/** The cluster as a whole and its processes. Times are Unix milliseconds, durations milliseconds. */
import { z } from 'zod';
import { ClusterRole } from '../child.ts';
import { NodeId } from '../ids.ts';
import { NODES_MAX, REPLICAS_MAX } from '../settings.ts';
import { defineCall } from './call.ts';

export const ChildPhase = z.enum(['stopped', 'starting', 'ready', 'degraded', 'restarting', 'crashed', 'paused', 'stopping']);
export type ChildPhase = z.infer<typeof ChildPhase>;

export const ChildStatus = z.object({
  /** `metadata`, `links`, `uploader`, or the node's id. */
  name: z.string(),
  role: ClusterRole,
  phase: ChildPhase,
  pid: z.number().int().nullable(),
  /** Where clients reach it: for a node its link. Null before it was ready for the first time. */
  url: z.string().nullable(),
  /** Where it listens itself. */
  directUrl: z.string().nullable(),
  /** Empty for the link emulator, which keeps nothing. */
  dataDir: z.string(),
  startedAtMs: z.number().nullable(),
  restartCount: z.number().int(),
  /** Share of the time since its first start in which it was ready, 0–1. */
  availability: z.number(),
  /** Percent of one core, over the last beats. */
  cpuPercent: z.number().nullable(),
  rssBytes: z.number().nullable(),
  /** For a node: what its heartbeat tells. */
  chunkCount: z.number().int().nullable(),
  diskUsedBytes: z.number().nullable(),
  diskUsagePercent: z.number().nullable(),
  /** Why it is not ready, in words; null while all is well. */
  problem: z.string().nullable(),
});
export type ChildStatus = z.infer<typeof ChildStatus>;

/** One step of a launch: readiness is shown step by step, with times. */
export const LaunchStep = z.object({
  name: z.string(),
  label: z.string(),
  phase: z.enum(['waiting', 'running', 'done', 'failed']),
  tookMs: z.number().nullable(),
  detail: z.string().nullable(),
});
export type LaunchStep = z.infer<typeof LaunchStep>;

export const Problem = z.object({ code: z.string(), detail: z.string(), details: z.record(z.string(), z.unknown()).optional() });
export type Problem = z.infer<typeof Problem>;

/** `degraded`: at least one child is not ready, the others work on. `failed`: the last launch ended in `problem`. */
export const ClusterPhase = z.enum(['stopped', 'starting', 'ready', 'degraded', 'stopping', 'failed']);
export type ClusterPhase = z.infer<typeof ClusterPhase>;

export const ClusterStatus = z.object({
  phase: ClusterPhase,
  dataDir: z.string(),
  authentication: z.enum(['on', 'off']),
  /** Full copies of each chunk that new videos get, as launched; absent before the first launch. */
  replicaCount: z.number().int().optional(),
  launchedAtMs: z.number().nullable(),
  launchMs: z.number().nullable(),
  steps: z.array(LaunchStep),
  children: z.array(ChildStatus),
  problem: Problem.nullable(),
  metadataUrl: z.string().nullable(),
  uploaderUrl: z.string().nullable(),
});
export type ClusterStatus = z.infer<typeof ClusterStatus>;

export const LaunchOptions = z.object({
  nodeCount: z.number().int().min(1).max(NODES_MAX).optional(),
  /** 0 or absent: the system chooses the ports. */
  portBase: z.number().int().min(0).max(65_000).optional(),
  authentication: z.enum(['on', 'off']).optional(),
  /** Full copies of each chunk that new videos get; as many as nodes are healthy where there are fewer. */
  replicaCount: z.number().int().min(1).max(REPLICAS_MAX).optional(),
});
export type LaunchOptions = z.infer<typeof LaunchOptions>;

const OneNode = z.object({ nodeId: NodeId });

export const clusterCalls = {
  'cluster:status': defineCall({
    input: z.object({}),
    output: ClusterStatus,
    needs: 'read',
    summary: 'The cluster, its processes and its launch, as they are now.',
  }),
  'cluster:launch': defineCall({
    input: LaunchOptions,
    output: ClusterStatus,
    needs: 'execute',
    summary: 'Starts the metadata service, the link emulator, the storage nodes and the uploader. Settings fill what is left out. Cancelling it stops what was started.',
  }),
  'cluster:stop': defineCall({ input: z.object({}), output: ClusterStatus, needs: 'execute', summary: 'Stops every process, in reverse order.' }),
  'nodes:add': defineCall({
    input: z.object({}),
    output: z.object({ nodeId: NodeId }),
    needs: 'execute',
    summary: 'Adds a storage node to the running cluster.',
  }),
  'nodes:remove': defineCall({
    input: OneNode.extend({ deleteData: z.boolean().default(false) }),
    output: z.object({}),
    needs: 'execute',
    summary: 'Stops a storage node and takes it out of the cluster; its data stays unless it is to be deleted.',
  }),
  'nodes:stop': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Stops a storage node cleanly.' }),
  'nodes:start': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Starts a stopped or crashed storage node.' }),
  'nodes:restart': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Stops a storage node cleanly and starts it again.' }),
  'nodes:kill': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Kills a storage node (SIGKILL); the supervisor restarts it.' }),
  'nodes:pause': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Freezes a storage node (SIGSTOP).' }),
  'nodes:resume': defineCall({ input: OneNode, output: z.object({}), needs: 'execute', summary: 'Lets a paused storage node go on (SIGCONT).' }),
  'metadata:rebuild': defineCall({
    input: z.object({}),
    output: z.object({ videos: z.number().int(), chunks: z.number().int(), provisional: z.boolean() }),
    needs: 'execute',
    summary: 'Rebuilds the metadata database from what the storage nodes hold; the old database is kept aside.',
  }),
} as const;

export const clusterEvents = {
  /** The whole status after any change, at most every 250 ms, and every second while a cluster runs. */
  'cluster:changed': ClusterStatus,
} as const;
