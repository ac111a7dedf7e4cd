import type { Database } from '../../../platform/sqlite.ts';

export type NodeCondition = 'ok' | 'read_only' | 'disk_full' | 'damaged';

export interface Node {
  nodeId: string;
  /** What clients are given. */
  nodeUrl: string;
  /** Where the service itself talks to it. */
  directUrl: string;
  version: string;
  /** Null for a node that never named its store: it is listed, but can be granted nothing. */
  storeUuid: string | null;
  diskUsagePercent: number;
  chunkCount: number;
  condition: NodeCondition;
  lastHeartbeatMs: number | null;
  registeredMs: number;
}

interface Row {
  node_id: string;
  node_url: string;
  direct_url: string;
  version: string;
  store_uuid: string | null;
  disk_usage_percent: number;
  chunk_count: number;
  condition: NodeCondition;
  last_heartbeat_ms: number | null;
  registered_ms: number;
}

const toNode = (row: Row): Node => ({
  nodeId: row.node_id,
  nodeUrl: row.node_url,
  directUrl: row.direct_url,
  version: row.version,
  storeUuid: row.store_uuid,
  diskUsagePercent: row.disk_usage_percent,
  chunkCount: row.chunk_count,
  condition: row.condition,
  lastHeartbeatMs: row.last_heartbeat_ms,
  registeredMs: row.registered_ms,
});

export const listNodes = (db: Database): Node[] => db.all<Row>('SELECT * FROM nodes ORDER BY node_id').map(toNode);

export const putNode = (db: Database, node: Node): void => {
  db.run(
    `INSERT INTO nodes (node_id, node_url, direct_url, version, store_uuid, disk_usage_percent, chunk_count, condition, last_heartbeat_ms, registered_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (node_id) DO UPDATE SET node_url = excluded.node_url, direct_url = excluded.direct_url, version = excluded.version,
       store_uuid = excluded.store_uuid, disk_usage_percent = excluded.disk_usage_percent, chunk_count = excluded.chunk_count,
       condition = excluded.condition, last_heartbeat_ms = excluded.last_heartbeat_ms, registered_ms = excluded.registered_ms`,
    node.nodeId,
    node.nodeUrl,
    node.directUrl,
    node.version,
    node.storeUuid,
    node.diskUsagePercent,
    node.chunkCount,
    node.condition,
    node.lastHeartbeatMs,
    node.registeredMs,
  );
};

/**
 * Nodes that registered before `beforeMs`, were never heard of again, and hold nothing: no chunk is placed on them, and their store was not
 * seen before that registration either. Such a one was a mistake or an experiment.
 */
export const listStrangers = (db: Database, beforeMs: number): string[] =>
  db
    .all<{ node_id: string }>(
      `SELECT n.node_id FROM nodes n WHERE n.last_heartbeat_ms = n.registered_ms AND n.registered_ms < ?
         AND NOT EXISTS (SELECT 1 FROM placements p WHERE p.node_id = n.node_id)
         AND NOT EXISTS (SELECT 1 FROM stores s WHERE s.node_id = n.node_id AND s.first_seen_ms < n.registered_ms)`,
      beforeMs,
    )
    .map((row) => row.node_id);

export const deleteNode = (db: Database, nodeId: string): void => {
  db.run('DELETE FROM nodes WHERE node_id = ?', nodeId);
};

/** The history of disks: which node a store was seen in, first and last. */
export const seeStore = (db: Database, storeUuid: string, nodeId: string, nowMs: number): void => {
  db.run(
    `INSERT INTO stores (store_uuid, node_id, first_seen_ms, last_seen_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (store_uuid) DO UPDATE SET node_id = excluded.node_id, last_seen_ms = excluded.last_seen_ms`,
    storeUuid,
    nodeId,
    nowMs,
    nowMs,
  );
};
