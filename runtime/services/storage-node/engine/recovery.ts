/**
 * Opening: from files to an index of which every entry is on stable storage.
 *
 *   1. unfinished files go                     4. what lies past each seal is judged (tail.ts)
 *   2. headers are read, damaged sectors       5. its sound records are copied into a new superblock, which is synced; then the old file
 *      written anew                               ends at its seal again. After a failed sync the page cache may show bytes that the disk
 *   3. hints are loaded, the rest is scanned      never got: a copy is the only way to be sure, so every unclean start makes one
 *                                              6. the active superblock is synced, or a first one created
 */
import { VStackError } from '../../../contract/errors.ts';
import type { Disk, DiskFile } from '../../../platform/disk/disk.ts';
import type { StoreContext } from './context.ts';
import { CopyTarget } from './copy-target.ts';
import { HintUnusable, loadHint } from './hint.ts';
import { DATA_START, KIND_SEAL, UNFINISHED_SUFFIX, hintName } from './layout.ts';
import { applyScanned, scanSealed, scanTail } from './load.ts';
import type { ScannedTail } from './load.ts';
import { locationOf, readWholeRecord } from './reader.ts';
import { createSuperblock, healSectors, writeSeal } from './superblock.ts';
import type { Superblock } from './superblock.ts';
import { judgeTail } from './tail.ts';

export interface RecoveryReport {
  active: Superblock;
  fullScans: number;
  tailBytes: number;
}

/** `opened` are the store's superblocks in order of generation, with the sectors that need healing. */
export const recover = async (
  context: StoreContext, opened: readonly { superblock: Superblock; sizeBytes: number; damagedSectors: readonly number[] }[], names: readonly string[],
): Promise<RecoveryReport> => {
  const { superblocks, emit } = context;
  let fullScans = 0;
  let tailBytes = 0;
  const tails: ScannedTail[] = [];
  for (const { superblock, sizeBytes, damagedSectors } of opened) {
    superblocks.add(superblock);
    const hinted = await tryHint(context, superblock, sizeBytes, names);
    if (!hinted) fullScans++;
    superblock.seal.sealedUpTo = Math.max(superblock.seal.sealedUpTo, superblock.hintedBytes);
    await scanSealed(context, superblock, superblock.hintedBytes || DATA_START);
    context.nextSequence = Math.max(context.nextSequence, superblock.seal.nextSequence);
    if (damagedSectors.length > 0) {
      await healSectors(superblock, damagedSectors);
      emit({ kind: 'header-healed', superblockId: superblock.identity.generation, reason: `sectors ${damagedSectors.join(', ')} failed their CRC` });
    }
    superblock.endBytes = sizeBytes;
    if (sizeBytes > superblock.seal.sealedUpTo) {
      tails.push(await scanTail(context, superblock, sizeBytes));
      tailBytes += sizeBytes - superblock.seal.sealedUpTo;
    }
    context.space.note(sizeBytes);
  }
  const saved = await settleTails(context, tails);
  return { active: saved ?? (await chooseActive(context)), fullScans, tailBytes };
};

/** Removes what an interrupted creation, compaction or hint left behind, and hints whose superblock is gone. */
export const removeUnfinished = async (disk: Disk, dir: string, names: readonly string[]): Promise<void> => {
  const isOrphan = (name: string): boolean => name.endsWith('.hint') && !names.includes(name.replace(/\.hint$/, '.superblock'));
  const removed = names.filter((name) => name.endsWith(UNFINISHED_SUFFIX) || isOrphan(name));
  for (const name of removed) await disk.unlink(`${dir}/${name}`);
  if (removed.length > 0) await disk.syncDirectory(dir);
};

const tryHint = async (context: StoreContext, superblock: Superblock, sizeBytes: number, names: readonly string[]): Promise<boolean> => {
  const { disk, dir, index, quarantine, emit } = context;
  const superblockId = superblock.identity.generation;
  const name = hintName(superblockId);
  if (!names.includes(name)) return sizeBytes <= DATA_START;
  let file: DiskFile | undefined;
  try {
    file = await disk.open(`${dir}/${name}`, 'read');
    const { lastGroup, nextSequence } = await loadHint(file, index, superblock, sizeBytes, (id) => quarantine.add(id, 'known from an earlier run'));
    superblock.lastGroup = lastGroup;
    if (superblock.hintedBytes > superblock.seal.sealedUpTo) superblock.seal.lastGroup = lastGroup;
    context.nextSequence = Math.max(context.nextSequence, nextSequence);
    return true;
  } catch (error) {
    // Whatever is wrong with a hint, an unreadable disk included, the superblock can be scanned instead.
    const reason = error instanceof HintUnusable ? error.message : String(error);
    superblock.keyHashes.clear();
    emit({ kind: 'hint-ignored', superblockId, reason });
    return false;
  } finally {
    await file?.close();
  }
};

/** Copies what is sound, cuts what is torn, keeps what is rot. Returns the superblock with the copies, if there was anything to copy. */
const settleTails = async (context: StoreContext, tails: readonly ScannedTail[]): Promise<Superblock | undefined> => {
  let target: CopyTarget | undefined;
  const verdicts = tails.map((tail) => ({ tail, verdict: judgeTail(tail.items, tail.superblock.seal.lastGroup) }));
  try {
    for (const { tail, verdict } of verdicts) {
      const { superblock, items } = tail;
      for (const [at, item] of items.slice(0, verdict.keptCount).entries()) {
        if (item.kind === 'gap') {
          context.quarantine.addRegion(superblock, item.positionBytes, item.lengthBytes, 'records before a later group cannot be read');
          continue;
        }
        const scanned = tail.records.get(at)!;
        superblock.keyHashes.push(scanned.hash);
        context.nextSequence = Math.max(context.nextSequence, scanned.sequence + 1);
        superblock.lastGroup = Math.max(superblock.lastGroup, item.group);
        if (scanned.kind === KIND_SEAL) continue;
        const id = applyScanned(context, superblock, scanned);
        if (id === -1) continue;
        if (item.damage !== undefined) {
          context.quarantine.add(id, item.damage);
          continue;
        }
        const origin = locationOf(context, id);
        const whole = await readWholeRecord(context, origin);
        if (!whole) {
          context.quarantine.add(id, 'it changed between two reads');
          continue;
        }
        target ??= await CopyTarget.create(context);
        await target.add(origin, whole.bytes, whole.header);
      }
    }
    const saved = await target?.finish();
    for (const { tail, verdict } of verdicts) await endAtSeal(context, tail, verdict);
    return saved;
  } catch (error) {
    await target?.discard();
    throw error;
  }
};

const endAtSeal = async (context: StoreContext, tail: ScannedTail, verdict: ReturnType<typeof judgeTail>): Promise<void> => {
  const { superblock, endBytes } = tail;
  const { cutBytes, rotten } = verdict;
  if (cutBytes !== undefined) {
    const superblockId = superblock.identity.generation;
    context.emit({ kind: 'torn-tail-cut', superblockId, positionBytes: cutBytes, lengthBytes: endBytes - cutBytes });
  }
  const keepRot = rotten.length > 0;
  const newEndBytes = keepRot ? (cutBytes ?? endBytes) : superblock.seal.sealedUpTo;
  await superblock.file.truncate(newEndBytes);
  await superblock.file.sync();
  if (keepRot) {
    // Rot stays where it is, under a seal, so that every later start sees it as what it is.
    superblock.seal = await writeSeal(superblock, { sealedUpTo: newEndBytes, lastGroup: superblock.lastGroup, nextSequence: context.nextSequence });
    await superblock.file.sync();
    superblock.hintStale = true;
  } else {
    superblock.lastGroup = superblock.seal.lastGroup;
  }
  context.space.note(newEndBytes - superblock.endBytes);
  superblock.endBytes = newEndBytes;
  superblock.dataEndBytes = newEndBytes;
};

/** The newest superblock goes on if it is sound and has room; else a new one begins. */
const chooseActive = async (context: StoreContext): Promise<Superblock> => {
  const { disk, dir, uuid, superblocks, quarantine, settings, space } = context;
  const newest = superblocks.list().at(-1);
  const isUsable =
    newest !== undefined &&
    newest.endBytes === Math.max(DATA_START, newest.seal.sealedUpTo) &&
    newest.endBytes < settings.superblockBytes &&
    !quarantine.isTouched(newest);
  if (isUsable) {
    newest.dataEndBytes = newest.endBytes;
    newest.lastGroup = Math.max(newest.lastGroup, newest.seal.lastGroup);
    await newest.file.sync();
    return newest;
  }
  const created = await createSuperblock(disk, dir, uuid, superblocks.nextGeneration());
  try {
    await created.publish();
  } catch (error) {
    await created.discard();
    throw new VStackError('unavailable', `The store in ${dir} cannot begin a new superblock: ${String(error)}. Check the disk, then restart the node.`, { cause: error });
  }
  superblocks.add(created.superblock);
  space.note(created.superblock.endBytes);
  return created.superblock;
};
