/**
 * What each child is told when it starts. One schema per role; the supervisor builds the value, the child parses it.
 * Durations are milliseconds, sizes bytes, directories absolute paths that the child may create.
 */
import { z } from 'zod';
import { NodeId } from './ids.ts';
import { LinkCounters, LinkSettings, normalLink } from './link.ts';
import { REPLICAS_MAX } from './settings.ts';
import { GIB, MINUTE_MS, SECOND_MS } from './units.ts';

/** 32 random bytes as lower-case hex. */
export const SecretHex = z.string().regex(/^[0-9a-f]{64}$/, 'a key is 64 lower-case hex digits (32 bytes)');

/** With `off`, services demand no bearer token. Only meant for compatibility runs, and only on loopback. */
export const Authentication = z.enum(['on', 'off']);
export type Authentication = z.infer<typeof Authentication>;

const Url = z.url({ protocol: /^https?$/ });
const DurationMs = z.number().int().positive();

const listening = {
  /** Address to bind; everything binds to loopback. @default '127.0.0.1' */
  host: z.string().default('127.0.0.1'),
  /** TCP port to bind; 0 lets the system choose, and `ready` tells which it became. */
  port: z.number().int().min(0).max(65_535),
  /** Bearer token of the cluster, demanded from every caller unless authentication is off. */
  clusterSecret: SecretHex,
  /** @default 'on' */
  authentication: Authentication.default('on'),
  /** Host names accepted in the Host header besides loopback ones. @default [] */
  allowedHosts: z.array(z.string()).default([]),
};

export const MetadataConfig = z.object({
  ...listening,
  /** Holds `metadata.db`. */
  dir: z.string().min(1),
  /** MACs the grants that nodes verify. */
  grantKey: SecretHex,
  /** Signs the URLs of chunks and pings. */
  urlKey: SecretHex,
  /** Every node's key is HMAC-SHA256(storeRootKey, nodeId); from it the service derives the key of each store. */
  storeRootKey: SecretHex,
  /** A node without a heartbeat for this long is down. Several times the nodes' heartbeat interval. @default 30 s */
  nodeDownMs: DurationMs.default(30 * SECOND_MS),
  /** Nodes that belong to the cluster, running or not: a rebuild is complete once each of them has answered. @default [] */
  expectedNodeIds: z.array(NodeId).default([]),
  /** Full copies of each chunk of new videos; fewer while fewer nodes are healthy. Videos that exist keep their own count. @default 3 */
  replicaCount: z.number().int().min(1).max(REPLICAS_MAX).default(3),
  /** A deleted video can be restored for so long; its chunks are collected afterwards. 0: they are collected at once. @default 60 s */
  deleteGraceMs: z.number().int().nonnegative().default(MINUTE_MS),
  /**
   * Rebuilds the database from the nodes. A fresh id for each rebuild: a database made by the rebuild of the same id is continued (after a
   * restart of the child), any other is set aside, never overwritten. @default no rebuild
   */
  rebuildId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).optional(),
});
export type MetadataConfig = z.infer<typeof MetadataConfig>;
export type MetadataConfigInput = z.input<typeof MetadataConfig>;

export const StorageNodeConfig = z.object({
  ...listening,
  nodeId: NodeId,
  /** Holds the store: superblocks, hints and the reserve. */
  dir: z.string().min(1),
  /** The address that clients are given; it differs from the node's own when a link stands before it. @default its own URL */
  advertisedUrl: Url.optional(),
  /** Where it registers and sends heartbeats; absent: the node stands alone (tests, benchmarks). */
  metadataUrl: Url.optional(),
  /** Verifies the MAC of a grant. */
  grantKey: SecretHex,
  /** Verifies signed URLs. */
  urlKey: SecretHex,
  /** HMAC-SHA256(storeRootKey, nodeId); the store's key is HMAC-SHA256(nodeKey, storeUuid). */
  nodeKey: SecretHex,
  /** Disk use is a percentage of this. @default what is free on the disk plus what the store holds */
  capacityBytes: z.number().int().positive().optional(),
  /** A superblock is closed and the next one begun at this size. @default 1 GiB */
  superblockBytesMax: z.number().int().positive().default(GIB),
  /** Heartbeats to the metadata service; well below its nodeDownMs. @default 5 s */
  heartbeatMsInterval: DurationMs.default(5 * SECOND_MS),
  /** Whether the store reads itself through, slowly, in search of rot. @default true */
  scrub: z.boolean().default(true),
});
export type StorageNodeConfig = z.infer<typeof StorageNodeConfig>;
export type StorageNodeConfigInput = z.input<typeof StorageNodeConfig>;

export const UploaderConfig = z.object({
  ...listening,
  /** Holds upload sessions and the spool. */
  dir: z.string().min(1),
  metadataUrl: Url,
  /** An ffmpeg for the formats that need one. @default the first in PATH, if there is one */
  ffmpegPath: z.string().optional(),
});
export type UploaderConfig = z.infer<typeof UploaderConfig>;
export type UploaderConfigInput = z.input<typeof UploaderConfig>;

/** Input of the metadata service's call `node-down`: the supervisor's word that a node died, or was stopped, counts at once. */
export const NodeDownInput = z.object({ nodeId: NodeId, reason: z.string() });
export type NodeDownInput = z.infer<typeof NodeDownInput>;

/** One link: where it listens, and the node behind it. */
export const LinkSpec = z.object({
  nodeId: NodeId,
  /** 0 lets the system choose; `ready` and the answer of `link-open` tell which it became. */
  port: z.number().int().min(0).max(65_535),
  /** The node's own address; null while it is not known: connections are refused meanwhile. */
  target: z.object({ host: z.string(), port: z.number().int().min(1).max(65_535) }).nullable(),
  settings: LinkSettings.default(normalLink),
});
export type LinkSpec = z.infer<typeof LinkSpec>;

export const LinkEmulatorConfig = z.object({
  ...listening,
  links: z.array(LinkSpec).default([]),
  /** Draws losses, jitter and resets. @default one of its own at every start */
  seed: z.number().int().nonnegative().optional(),
});
export type LinkEmulatorConfig = z.infer<typeof LinkEmulatorConfig>;
export type LinkEmulatorConfigInput = z.input<typeof LinkEmulatorConfig>;

/** `details` of the emulator's `ready`, and the answer of `link-open`. */
export const LinkPorts = z.object({ links: z.array(z.object({ nodeId: NodeId, port: z.number().int() })) });
export type LinkPorts = z.infer<typeof LinkPorts>;

/** What the supervisor asks of the emulator over IPC, by name: input and answer. */
export const linkCalls = {
  'link-open': { input: LinkSpec, output: LinkPorts },
  'link-close': { input: z.object({ nodeId: NodeId }), output: z.object({}) },
  'link-target': { input: LinkSpec.pick({ nodeId: true, target: true }), output: z.object({}) },
  /** All settings of the named links, at once. */
  'links-set': { input: z.object({ links: z.array(z.object({ nodeId: NodeId, settings: LinkSettings })) }), output: z.object({}) },
  'links-counters': { input: z.object({}), output: z.object({ links: z.array(z.object({ nodeId: NodeId, counters: LinkCounters })) }) },
} as const;

/** Event of the emulator: somebody changed links over its HTTP API. All links, as they are now. */
export const LINKS_CHANGED = 'links-changed';
export const LinksChanged = z.object({ links: z.array(z.object({ nodeId: NodeId, settings: LinkSettings })) });
