/**
 * A storage node's HTTP API. Its callers are uploaders, players (with signed URLs), the metadata service, the host and V-Stack's own
 * clients. Bodies are snake_case; chunk bytes travel raw, ChunkPaxos messages as runtime/contract/paxos.ts says.
 *
 *   PUT    /chunk/{id}              201 new, 200 the same bytes again                          400 409 411 413 422 503 507
 *   GET    /chunk/{id}?gen=         200, 206 with Range, 304 with If-None-Match                404 416 500
 *   HEAD   /chunk/{id}?gen=         as GET, without the body
 *   DELETE /chunk/{id}              204                                                        404 409
 *   HEAD   /ping                    200
 *   GET    /health                  200; 503 when critical
 *   POST   /paxos/{i}/prepare …     paxos.ts
 *   POST   /paxos/learn             LEARNs of many instances at once; answers which ones have to come alone, with their grant
 *   GET    /paxos?prefix=&after=&limit=   acceptor states in the order of their `key`: what a rebuild of the metadata database reads
 *   GET    /chunks?prefix=&after=&limit=  what the store holds, in the order of `key`: what repair and audit compare
 */
import { z } from 'zod';
import { ChunkId, NodeId, Sha256Hex, StoreUuid } from '../ids.ts';
import { AcceptorStatus, MacHex, Value } from '../paxos.ts';

const count = z.number().int().nonnegative();

/** Used capacity, in percent, from which a node warns, and above which it takes no more chunks. */
export const DISK_WARNING_PERCENT = 85;
export const DISK_CRITICAL_PERCENT = 95;

/** Optional on PUT: hex SHA-256 of the body. */
export const CHECKSUM_HEADER = 'x-chunk-checksum';
/** On DELETE: `<exp>.<mac>`, the metadata service's word that a chunk may go although a committed placement names it. */
export const FORCE_HEADER = 'x-vstack-force';
/** A forced deletion is refused when it expires later than this, so that a leaked one is soon worthless. */
export const FORCE_SECONDS_MAX = 600;

/** What the MAC of a forced deletion covers; its key is the store's own. `expSeconds` is in Unix seconds. */
export const forceMacText = (subject: { chunkId: string; storeUuid: string; expSeconds: number }): string =>
  ['vstack-force-1', subject.chunkId, subject.storeUuid, subject.expSeconds].join('\n');

/** `generation` selects one; without it the committed one is served, else the accepted, else what was put. */
export const ChunkQuery = z.object({
  gen: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,8})$/, 'a generation is a whole number')
    .transform(Number)
    .optional(),
});

export const NodeHealthStatus = z.enum(['healthy', 'warning', 'critical']);
export const NodeHealth = z.object({
  status: NodeHealthStatus,
  /** Percent of the capacity. */
  disk_usage: z.number(),
  chunk_count: count,
  /** Seconds since the node started. */
  uptime: z.number(),
  node_id: NodeId,
  /** + */
  store_uuid: StoreUuid,
  version: z.string(),
  writable: z.boolean(),
  /** Why it takes no writes. */
  failure: z.string().nullable(),
  /** Damaged records and regions that are known and not yet healed. */
  damage_count: count,
  capacity_bytes: count,
  used_bytes: count,
});

/** The headers of HEAD /ping, as a client reads them (lower case). */
export const PingHeaders = z.object({
  'x-node-id': NodeId,
  'x-disk-usage-percent': z.coerce.number(),
  'x-chunk-count': z.coerce.number().int(),
  'x-response-time': z.coerce.number(),
});

export const LISTING_LIMIT_DEFAULT = 500;
export const LISTING_LIMIT_MAX = 2000;
/** `after` is the `next` of the page before. */
export const ListingQuery = z.object({
  prefix: z.string().max(300).default(''),
  after: z.string().max(300).default(''),
  limit: z.coerce.number().int().min(1).max(LISTING_LIMIT_MAX).default(LISTING_LIMIT_DEFAULT),
});

/** `next` is null on the last page. Chunks whose record is damaged are named in `damaged` rather than left out in silence. */
export const AcceptorListing = z.object({
  store_uuid: StoreUuid,
  states: z.array(AcceptorStatus),
  damaged: z.array(z.string()),
  next: z.string().nullable(),
});

/** `origin`: `put` for a plain PUT, `paxos` for a piece of an instance. */
export const StoredChunk = z.object({
  key: z.string(),
  chunk_id: ChunkId,
  sha256: Sha256Hex,
  size_bytes: count,
  origin: z.enum(['put', 'paxos']),
  kind: z.enum(['chunk', 'fragment']),
});
export const ChunkListing = z.object({ store_uuid: StoreUuid, chunks: z.array(StoredChunk), next: z.string().nullable() });

/** More than are decided while a batch is gathered on the fastest machine. */
export const LEARNS_PER_BATCH_MAX = 128;

/** A LEARN that names its grant by the grant's MAC: a store that voted has the grant. `mac` is that of the whole LEARN. */
export const BriefLearn = z.object({
  instance: z.string().max(300),
  grant_mac: MacHex,
  value: Value.nullable(),
  closed_through: z.number().int().min(-1),
  mac: MacHex,
});
export const LearnBatch = z.object({ learns: z.array(BriefLearn).min(1).max(LEARNS_PER_BATCH_MAX) });
/**
 * Positions in the batch. `untold`: the store could not take them in this form. `held`: it has good bytes of what was chosen, so that
 * votes which came too late for the certificate need no message of their own.
 */
export const LearnBatchReply = z.object({ type: z.literal('LEARNED'), store_uuid: StoreUuid, untold: z.array(count), held: z.array(count) });

export type ChunkQuery = z.infer<typeof ChunkQuery>;
export type NodeHealthStatus = z.infer<typeof NodeHealthStatus>;
export type NodeHealth = z.infer<typeof NodeHealth>;
export type PingHeaders = z.infer<typeof PingHeaders>;
export type ListingQuery = z.infer<typeof ListingQuery>;
export type AcceptorListing = z.infer<typeof AcceptorListing>;
export type BriefLearn = z.infer<typeof BriefLearn>;
export type LearnBatch = z.infer<typeof LearnBatch>;
export type LearnBatchReply = z.infer<typeof LearnBatchReply>;
export type StoredChunk = z.infer<typeof StoredChunk>;
export type ChunkListing = z.infer<typeof ChunkListing>;
