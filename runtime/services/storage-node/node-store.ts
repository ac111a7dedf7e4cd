/** The node's store: its configuration in the engine's words, and its events in the log, at the supervisor and at the metadata service. */
import type { StorageNodeConfig } from '../../contract/child-config.ts';
import { RESTART_WANTED } from '../../contract/child.ts';
import { isChunkId } from '../../contract/ids.ts';
import type { Disk } from '../../platform/disk/disk.ts';
import type { Logger } from '../../platform/log.ts';
import { contentIdOf } from './content.ts';
import { openStore } from './engine/open-store.ts';
import type { Damage, Store, StoreEvent, StoreSettings } from './engine/types.ts';

export interface NodeStoreOptions {
  disk: Disk;
  log: Logger;
  settings: Partial<StoreSettings>;
  /** Tells the supervisor. */
  emit(name: string, data: unknown): void;
  onEvent(event: StoreEvent): void;
  onRot(chunkIds: string[]): void;
}

/** What a person should see, and the supervisor be told. */
const BAD_EVENTS: ReadonlySet<StoreEvent['kind']> = new Set(['rot', 'read-error', 'write-failed', 'disk-full', 'maintenance-failed', 'foreign-superblock']);

export const openNodeStore = (config: StorageNodeConfig, { disk, log, settings, emit, onEvent, onRot }: NodeStoreOptions): Promise<Store> =>
  openStore({
    disk,
    dir: config.dir,
    settings: {
      superblockBytes: config.superblockBytesMax,
      capacityBytes: config.capacityBytes ?? 0,
      ...(!config.scrub && { scrubBytesPerSecond: 0 }),
      ...settings,
    },
    onEvent(event) {
      onEvent(event);
      const isBad = BAD_EVENTS.has(event.kind);
      log[isBad ? 'warn' : 'info']({ event }, `store: ${event.kind}`);
      if (event.kind === 'write-failed') emit(RESTART_WANTED, { reason: `the store can no longer write: ${event.error}` });
      else if (isBad) emit('store', event);
      if (event.kind === 'rot') onRot(chunkIdsOf([event.damage]));
    },
  });

/** The chunks that damaged records belong to, as far as their keys can be read. */
export const chunkIdsOf = (damages: readonly Damage[]): string[] =>
  damages.flatMap(({ key }) => (key === undefined ? [] : [contentIdOf(key.split('/')[0]!).chunkId])).filter(isChunkId);
