/** What the parts of one open store share. */
import type { Disk } from '../../../platform/disk/disk.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Quarantine } from './quarantine.ts';
import type { RecordIndex } from './record-index.ts';
import type { SpaceKeeper } from './space.ts';
import type { SuperblockTable } from './superblock.ts';
import type { StoreClock, StoreEvent, StoreSettings } from './types.ts';

export interface StoreContext {
  readonly disk: Disk;
  readonly dir: string;
  readonly uuid: string;
  readonly settings: StoreSettings;
  readonly clock: StoreClock;
  readonly emit: (event: StoreEvent) => void;
  readonly index: RecordIndex;
  readonly superblocks: SuperblockTable;
  readonly quarantine: Quarantine;
  readonly buffers: BufferPool;
  readonly space: SpaceKeeper;
  /** Next unused number; every record of the store gets one. */
  nextSequence: number;
  readErrorCount: number;
}
