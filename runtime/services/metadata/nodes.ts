/**
 * The storage nodes as the service knows them. Rows are read from the database at start and held in memory, since every grant and every
 * manifest asks for them.
 *
 *   healthy   heard of within half of `nodeDownMs`, and taking writes
 *   degraded  late, or its store takes no writes: it is read from, but given no new chunks
 *   down      not heard of for `nodeDownMs`, or the supervisor said that it died
 */
import { VStackError } from '../../contract/errors.ts';
import type { HeartbeatRequest, NodeRow, NodesSummaryResponse, NodeStatus, RegisterNodeQuery } from '../../contract/wire/metadata.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/sqlite.ts';
import { addEvent } from './store/events.ts';
import { addRepairsOfNode, hastenJobs } from './store/jobs.ts';
import { isKnownHost } from '../../platform/http/guard.ts';
import { deleteNode, listNodes, listStrangers, putNode, seeStore, type Node } from './store/nodes.ts';

/** A node this late is no longer trusted with new chunks, though not yet given up. */
const LATE_FRACTION = 0.5;

export interface NodeRegistry {
  get(nodeId: string): Node | undefined;
  all(): Node[];
  statusOf(node: Node): NodeStatus;
  /** Nodes that may be granted new chunks. */
  healthy(): Node[];
  /** Finds a node by the address that clients know, or by its own. */
  byUrl(url: string): Node | undefined;
  /** Milliseconds since the node was last heard of, or told down; 0 while it is up. */
  downMs(node: Node): number;
  toRow(node: Node): NodeRow;
  summary(): NodesSummaryResponse;
  /**
   * `isProven`: the store itself asks, by its MAC. Throws `bad_request` for an address on a host that is not ours, `conflict` when another
   * node that is up has the address or the store, or when somebody without proof wants to change a node that is up.
   */
  register(query: RegisterNodeQuery, isProven: boolean): Promise<Node>;
  heartbeat(nodeId: string, beat: HeartbeatRequest): Promise<void>;
  /** Drops nodes that registered once, were never heard of again for `forgetMs`, and hold nothing. */
  forgetStrangers(): Promise<void>;
  /** The supervisor's word: counts at once, until the node is heard of again. */
  markDown(nodeId: string, reason: string): Promise<void>;
  /** Called after a node (re-)registered. */
  onRegistered(listener: (node: Node) => void): void;
}

const normalizeUrl = (url: string): string => url.replace(/\/$/, '');
const sameUrl = (a: string, b: string): boolean => normalizeUrl(a) === normalizeUrl(b);

export interface RegistryOptions {
  nodeDownMs: number;
  forgetMs: number;
  /** Nodes that are never forgotten: they belong to the cluster. */
  expectedNodeIds: readonly string[];
  /** Hosts besides loopback that nodes may live on. */
  allowedHosts: readonly string[];
}

export const createNodeRegistry = (db: Database, clock: Clock, options: RegistryOptions): NodeRegistry => {
  const { nodeDownMs } = options;
  const nodes = new Map(listNodes(db).map((node) => [node.nodeId, node]));
  const toldDownMs = new Map<string, number>();
  const startedMs = clock.wallMs();
  const listeners: ((node: Node) => void)[] = [];

  const silentMs = (node: Node): number => (node.lastHeartbeatMs === null ? Infinity : clock.wallMs() - node.lastHeartbeatMs);

  const statusOf = (node: Node): NodeStatus => {
    if (toldDownMs.has(node.nodeId) || silentMs(node) >= nodeDownMs) return 'down';
    if (node.condition !== 'ok' || silentMs(node) >= nodeDownMs * LATE_FRACTION) return 'degraded';
    return 'healthy';
  };

  const all = (): Node[] => [...nodes.values()];
  const hasUrl = (node: Node, url: string): boolean => sameUrl(node.nodeUrl, url) || sameUrl(node.directUrl, url);
  const byUrl = (url: string): Node | undefined => all().find((node) => hasUrl(node, url));

  /** Clients are sent to these addresses with signed URLs, and the service sends bytes there: they must not be just anybody's. */
  const assertOurHosts = ({ node_url: nodeUrl, direct_url: directUrl }: RegisterNodeQuery): void => {
    for (const [field, url] of [['node_url', nodeUrl], ['direct_url', directUrl]] as const) {
      if (url === undefined || isKnownHost(new URL(url).hostname, options.allowedHosts)) continue;
      const known = ['127.0.0.1', 'localhost', '[::1]', ...options.allowedHosts].join(', ');
      throw new VStackError('bad_request', `"${field}": nodes of this cluster live on ${known}; ${url} is elsewhere.`, { details: { field } });
    }
  };

  /** Whoever cannot speak for the store leaves a node that is up as it is. */
  const assertMayChange = (before: Node | undefined, next: Node, isProven: boolean): void => {
    if (!before || isProven || statusOf(before) === 'down') return;
    const isSame = sameUrl(before.nodeUrl, next.nodeUrl) && sameUrl(before.directUrl, next.directUrl) && before.storeUuid === next.storeUuid;
    if (isSame) return;
    const facts = `${before.nodeId} is up at ${before.nodeUrl}`;
    throw new VStackError('conflict', `${facts}; another address or store for it needs the store's "mac". A new node takes an id of its own.`);
  };

  const assertUnique = ({ node_id: nodeId, node_url: nodeUrl, direct_url: directUrl = nodeUrl, store_uuid: storeUuid }: RegisterNodeQuery): void => {
    for (const other of nodes.values()) {
      if (other.nodeId === nodeId || statusOf(other) === 'down') continue;
      if (hasUrl(other, nodeUrl) || hasUrl(other, directUrl)) {
        throw new VStackError('conflict', `${nodeUrl} is the address of ${other.nodeId}, which is up; ${nodeId} needs an address of its own.`);
      }
      if (storeUuid !== undefined && other.storeUuid === storeUuid) {
        const advice = `A copied data folder must not run twice: give ${nodeId} an empty one.`;
        throw new VStackError('conflict', `The store ${storeUuid} is in use by ${other.nodeId}. ${advice}`);
      }
    }
  };

  return {
    get: (nodeId) => nodes.get(nodeId),
    all,
    statusOf,
    healthy: () => all().filter((node) => node.storeUuid !== null && statusOf(node) === 'healthy'),
    byUrl,
    downMs(node) {
      if (statusOf(node) !== 'down') return 0;
      // After a start the nodes get their time to come up, however long everything was off before.
      const sinceMs = toldDownMs.get(node.nodeId) ?? Math.max(node.lastHeartbeatMs ?? 0, startedMs);
      return clock.wallMs() - sinceMs;
    },
    toRow: (node) => ({
      node_url: node.nodeUrl,
      node_id: node.nodeId,
      last_heartbeat: node.lastHeartbeatMs === null ? null : new Date(node.lastHeartbeatMs).toISOString(),
      disk_usage_percent: node.diskUsagePercent,
      chunk_count: node.chunkCount,
      status: statusOf(node),
      version: node.version,
      direct_url: node.directUrl,
      store_uuid: node.storeUuid,
    }),
    summary() {
      const counts: NodesSummaryResponse = { healthy: 0, degraded: 0, down: 0 };
      for (const node of nodes.values()) counts[statusOf(node)] += 1;
      return counts;
    },

    async register(query, isProven) {
      assertOurHosts(query);
      assertUnique(query);
      const nowMs = clock.wallMs();
      const before = nodes.get(query.node_id);
      const node: Node = {
        nodeId: query.node_id,
        nodeUrl: query.node_url,
        directUrl: query.direct_url ?? (before && sameUrl(before.nodeUrl, query.node_url) ? before.directUrl : query.node_url),
        version: query.version,
        storeUuid: query.store_uuid ?? before?.storeUuid ?? null,
        diskUsagePercent: before?.diskUsagePercent ?? 0,
        chunkCount: before?.chunkCount ?? 0,
        condition: 'ok',
        lastHeartbeatMs: nowMs,
        registeredMs: nowMs,
      };
      assertMayChange(before, node, isProven);
      await db.write(() => {
        putNode(db, node);
        if (node.storeUuid !== null) seeStore(db, node.storeUuid, node.nodeId, nowMs);
        if (before && before.storeUuid !== null && before.storeUuid !== node.storeUuid) {
          const affected = addRepairsOfNode(db, node.nodeId, 'its store was replaced', nowMs);
          addEvent(db, nowMs, 'store-replaced', node.nodeId, `${before.storeUuid} → ${node.storeUuid}, ${affected} chunks to repair`);
        }
        if (!before || statusOf(before) === 'down') addEvent(db, nowMs, 'node-up', node.nodeId, node.nodeUrl);
        hastenJobs(db, nowMs);
      });
      nodes.set(node.nodeId, node);
      toldDownMs.delete(node.nodeId);
      for (const listener of listeners) listener(node);
      return node;
    },

    async heartbeat(nodeId, beat) {
      const before = nodes.get(nodeId);
      if (!before) throw new VStackError('not_found', `The node ${nodeId} is not registered; POST /nodes/register first.`);
      if (beat.store_uuid !== undefined && beat.store_uuid !== before.storeUuid) {
        throw new VStackError('not_found', `The node ${nodeId} registered with another store; POST /nodes/register again.`);
      }
      const { node_url: nodeUrl = before.nodeUrl, direct_url: directUrl = before.directUrl } = beat;
      if (!sameUrl(nodeUrl, before.nodeUrl) || !sameUrl(directUrl, before.directUrl)) {
        throw new VStackError('not_found', `The node ${nodeId} is registered at ${before.nodeUrl}, not at ${nodeUrl}; POST /nodes/register again.`);
      }
      const nowMs = clock.wallMs();
      const node: Node = {
        ...before,
        diskUsagePercent: beat.disk_usage_percent,
        chunkCount: beat.chunk_count,
        condition: beat.condition,
        lastHeartbeatMs: nowMs,
      };
      nodes.set(nodeId, node);
      toldDownMs.delete(nodeId);
      await db.write(() => {
        putNode(db, node);
        if (before.condition !== beat.condition) addEvent(db, nowMs, 'node-condition', nodeId, `${before.condition} → ${beat.condition}`);
        if (statusOf(before) === 'down') hastenJobs(db, nowMs);
      });
    },

    async forgetStrangers() {
      const nowMs = clock.wallMs();
      const strangers = listStrangers(db, nowMs - options.forgetMs).filter((nodeId) => !options.expectedNodeIds.includes(nodeId));
      if (strangers.length === 0) return;
      await db.write(() => {
        for (const nodeId of strangers) {
          deleteNode(db, nodeId);
          addEvent(db, nowMs, 'node-forgotten', nodeId, 'registered once, never heard of again, and holds nothing');
        }
      });
      for (const nodeId of strangers) {
        nodes.delete(nodeId);
        toldDownMs.delete(nodeId);
      }
    },

    async markDown(nodeId, reason) {
      if (!nodes.has(nodeId) || toldDownMs.has(nodeId)) return;
      const nowMs = clock.wallMs();
      toldDownMs.set(nodeId, nowMs);
      await db.write(() => addEvent(db, nowMs, 'node-down', nodeId, reason));
    },

    onRegistered: (listener) => void listeners.push(listener),
  };
};
