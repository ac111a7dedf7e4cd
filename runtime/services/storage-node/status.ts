/** How the node is, in the words of WIRE and of the metadata service. */
import { DISK_CRITICAL_PERCENT, DISK_WARNING_PERCENT, type NodeHealth } from '../../contract/wire/storage-node.ts';
import type { HeartbeatRequestInput } from '../../contract/wire/metadata.ts';
import type { Store, StoreHealth } from './engine/types.ts';

export const healthStatus = ({ diskUsagePercent }: Pick<StoreHealth, 'diskUsagePercent'>): NodeHealth['status'] => {
  if (diskUsagePercent > DISK_CRITICAL_PERCENT) return 'critical';
  return diskUsagePercent >= DISK_WARNING_PERCENT ? 'warning' : 'healthy';
};

export const conditionOf = ({ writable, full, damageCount }: StoreHealth): NonNullable<HeartbeatRequestInput['condition']> => {
  if (!writable) return 'read_only';
  if (full) return 'disk_full';
  return damageCount > 0 ? 'damaged' : 'ok';
};

/** Two digits after the point are all that a reader wants of a percentage. */
export const roundPercent = (percent: number): number => Math.round(percent * 100) / 100;

export const nodeHealth = (store: Store, facts: { nodeId: string; version: string; uptimeMs: number }): NodeHealth => {
  const health = store.health();
  return {
    // A store that ended writing is as bad for uploads as a full one, and says so in the same way.
    status: health.writable ? healthStatus(health) : 'critical',
    disk_usage: roundPercent(health.diskUsagePercent),
    chunk_count: health.chunkCount,
    uptime: Math.round(facts.uptimeMs) / 1000,
    node_id: facts.nodeId,
    store_uuid: store.uuid,
    version: facts.version,
    writable: health.writable,
    failure: health.failure ?? null,
    damage_count: health.damageCount,
    capacity_bytes: health.capacityBytes,
    used_bytes: health.usedBytes,
  };
};
