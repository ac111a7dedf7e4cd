/** Reads every live record now and then, so that rot is found while another node still has the right bytes. */
import type { StoreContext } from './context.ts';
import { FLAG_QUARANTINED, FLAG_TOMBSTONE, FLAG_USED } from './entry-table.ts';
import { DATA_START } from './layout.ts';
import { isCurrent, locationOf, pinned, readWholeRecord } from './reader.ts';
import { decodeSectors } from './superblock-header.ts';
import { healSectors } from './superblock.ts';
import type { Superblock } from './superblock.ts';
import type { Damage } from './types.ts';

/** Called after each record with its size; resolves when the scrub may go on, rejects to end it. */
export type ScrubPace = (bytes: number) => Promise<void>;

/** Verifies what is live when its turn comes. Resolves with the damage that this pass found. */
export const scrubStore = async (context: StoreContext, pace: ScrubPace): Promise<Damage[]> => {
  const { index, quarantine, clock, emit, superblocks } = context;
  const startedMs = clock.nowMs();
  const known = new Set(quarantine.list().map(nameOf));
  let recordCount = 0;
  for (const superblock of superblocks.list()) {
    if (!superblock.isRemoved) await pinned(superblock, () => scrubSectors(context, superblock));
  }
  for (let id = 0; id < index.entries.end; id++) {
    if ((index.entries.flags(id) & (FLAG_USED | FLAG_QUARANTINED)) !== FLAG_USED) continue;
    const recordBytes = index.recordBytes(id);
    await verify(context, id);
    if (!index.entries.has(id, FLAG_TOMBSTONE)) recordCount++;
    await pace(recordBytes);
  }
  const found = quarantine.list().filter((damage) => !known.has(nameOf(damage)));
  emit({ kind: 'scrubbed', recordCount, damageCount: found.length, durationMs: clock.nowMs() - startedMs });
  return found;
};

const nameOf = (damage: Damage): string => `${damage.superblockId}:${damage.positionBytes}`;

const verify = async (context: StoreContext, id: number): Promise<void> => {
  const at = locationOf(context, id);
  try {
    const whole = await pinned(at.superblock, () => readWholeRecord(context, at));
    if (!whole && isCurrent(context, at)) context.quarantine.add(id, 'the scrub found it damaged');
  } catch {
    // The disk did not read at all: that was counted and reported, and the next pass tries again.
  }
};

/** The header sectors are repeated three times and the newest seal is in memory, so their rot heals at once. */
const scrubSectors = async (context: StoreContext, superblock: Superblock): Promise<void> => {
  const sectors = Buffer.alloc(DATA_START);
  const sealNumber = superblock.seal.sealNumber;
  try {
    await superblock.file.read([sectors], 0);
    const damagedSectors = decodeSectors(sectors)?.damagedSectors ?? [0, 1, 2];
    // A seal that is being written right now may be seen half; it has moved the number on by the time it is done.
    if (damagedSectors.length === 0 || superblock.seal.sealNumber !== sealNumber || superblock.isRemoved) return;
    await healSectors(superblock, damagedSectors);
    context.emit({ kind: 'header-healed', superblockId: superblock.identity.generation, reason: `sectors ${damagedSectors.join(', ')} failed their CRC` });
  } catch (error) {
    context.emit({ kind: 'read-error', path: superblock.path, error: String(error) });
  }
};
