/**
 * The rest of the metadata service's HTTP API (metadata.ts has videos and chunks): nodes that register and beat, what is stored in all, how
 * a rebuild stands, and what the service noticed.
 */
import { z } from 'zod';
import { ChunkId, NodeId, StoreUuid } from '../ids.ts';
import { MacHex } from '../paxos.ts';

const count = z.number().int().nonnegative();
const percent = z.number().min(0);
const Url = z.url({ protocol: /^https?$/ });

/** One report of rot names at most this many chunks. */
export const DAMAGE_CHUNKS_MAX = 1000;

export const NodeStatus = z.enum(['healthy', 'degraded', 'down']);

/**
 * `node_url` is what clients are given (the link); `direct_url` is the node itself, which the service talks to. `mac` is by the store's own
 * key over `registerMacText`; only with it may a node that is up change its addresses or its store.
 */
export const RegisterNodeQuery = z.object({
  node_url: Url,
  node_id: NodeId,
  version: z.string().max(100).default(''),
  store_uuid: StoreUuid.optional(),
  direct_url: Url.optional(),
  mac: MacHex.optional(),
});
/** What `mac` covers: lines joined by "\n", as in paxos.ts. */
export const registerMacText = (query: { node_id: string; node_url: string; store_uuid: string; direct_url: string }): string =>
  ['vstack-register-1', query.node_id, query.node_url, query.store_uuid, query.direct_url].join('\n');
/** `grant_seq`: the newest grant given out; a damaged store abstains in every earlier instance it cannot establish. */
export const RegisterNodeResponse = z.object({
  status: z.literal('registered'),
  node_id: NodeId,
  node_url: Url,
  incarnation: z.string(),
  grant_seq: count,
});
export const HeartbeatRequest = z.object({
  disk_usage_percent: percent,
  chunk_count: count,
  /** + `read_only`, `disk_full`, `damaged` make a node degraded: it is read from, but given no new chunks. */
  condition: z.enum(['ok', 'read_only', 'disk_full', 'damaged']).default('ok'),
  store_uuid: StoreUuid.optional(),
  /** + The node's own addresses: when others are registered for it, the answer is 404 and it registers again. */
  node_url: Url.optional(),
  direct_url: Url.optional(),
});
export const HeartbeatResponse = z.object({ status: z.literal('ok'), message: z.string(), grant_seq: count });
/** + POST /nodes/{node_id}/damage: chunks that the store no longer holds intact. They are repaired from other holders. */
export const DamageRequest = z.object({ store_uuid: StoreUuid, chunk_ids: z.array(ChunkId).min(1).max(DAMAGE_CHUNKS_MAX) });
export const DamageResponse = z.object({ node_id: NodeId, repairs: count });
export const NodeRow = z.object({
  node_url: Url,
  node_id: NodeId,
  last_heartbeat: z.string().nullable(),
  disk_usage_percent: percent,
  chunk_count: count,
  status: NodeStatus,
  version: z.string(),
  /** + */
  direct_url: Url,
  store_uuid: StoreUuid.nullable(),
});
export const HealthyNodesResponse = z.array(NodeRow);
export const AllNodesResponse = z.object({ nodes: z.array(NodeRow) });
export const NodesSummaryResponse = z.object({ healthy: count, degraded: count, down: count });

/** Computed from the rows of what is stored. */
export const StorageOverheadResponse = z.object({
  replication_chunks: count,
  erasure_coded_chunks: count,
  total_logical_bytes: count,
  total_physical_bytes: count,
  /** Against three replicas of everything. */
  storage_savings_percent: z.number(),
});

/** + GET /rebuild: how far a rebuild has come. */
export const RebuildStatus = z.object({
  state: z.enum(['none', 'running', 'done']),
  nodes_answered: z.array(NodeId),
  nodes_missing: z.array(NodeId),
  videos: count,
  chunks: count,
});

/** + GET /events?after=: what the service noticed, oldest first: conflicts, recoveries, repairs, nodes coming and going. */
export const MetadataEvent = z.object({
  event_id: count,
  at: z.string(),
  kind: z.string(),
  subject: z.string(),
  detail: z.string(),
});
export const EventsResponse = z.object({ events: z.array(MetadataEvent) });

export type NodeStatus = z.infer<typeof NodeStatus>;
export type RegisterNodeQuery = z.infer<typeof RegisterNodeQuery>;
export type RegisterNodeResponse = z.infer<typeof RegisterNodeResponse>;
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;
/** What a sender writes. */
export type HeartbeatRequestInput = z.input<typeof HeartbeatRequest>;
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;
export type DamageRequest = z.infer<typeof DamageRequest>;
export type DamageResponse = z.infer<typeof DamageResponse>;
export type NodeRow = z.infer<typeof NodeRow>;
export type NodesSummaryResponse = z.infer<typeof NodesSummaryResponse>;
export type StorageOverheadResponse = z.infer<typeof StorageOverheadResponse>;
export type RebuildStatus = z.infer<typeof RebuildStatus>;
export type MetadataEvent = z.infer<typeof MetadataEvent>;
export type EventsResponse = z.infer<typeof EventsResponse>;
