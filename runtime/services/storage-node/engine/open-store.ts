/** The way into the engine: folder in, store out. */
import { VStackError } from '../../../contract/errors.ts';
import { systemClock } from '../../../platform/clock.ts';
import { randomHex } from '../../../platform/crypto.ts';
import { BufferPool } from './buffer-pool.ts';
import type { StoreContext } from './context.ts';
import { LogWriter } from './log-writer.ts';
import { Maintenance } from './maintenance.ts';
import { closeAll, openSuperblocks } from './open-superblocks.ts';
import { normalizeSettings } from './options.ts';
import { Quarantine } from './quarantine.ts';
import { RecordIndex } from './record-index.ts';
import { recover, removeUnfinished } from './recovery.ts';
import { SpaceKeeper } from './space.ts';
import { OpenStore } from './store.ts';
import { SuperblockTable } from './superblock.ts';
import type { Store, StoreEvent, StoreOptions } from './types.ts';

const UUID_BYTES = 16;

/**
 * Opens the store in a folder, or founds one in an empty folder. Everything it shows afterwards is on stable storage.
 * Rejects with `not_supported` for a newer format and with `unavailable` when the disk fails; then nothing was lost and it can be tried again.
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  try {
    return await openOnce(options);
  } catch (error) {
    if (error instanceof VStackError && error.code !== 'unavailable') throw error;
    if (!isNoSpace(error) || !(await giveUpReserves(options))) throw unavailable(options.dir, error);
  }
  // A restart on a full disk needs room for the tail it saves: that is what the reserves are for.
  return openOnce(options).catch((error: unknown) => Promise.reject(unavailable(options.dir, error)));
};

const openOnce = async (options: StoreOptions): Promise<Store> => {
  const { disk, dir } = options;
  const clock = options.clock ?? systemClock;
  const settings = normalizeSettings(options.settings);
  const emit = (event: StoreEvent): void => options.onEvent?.(event);
  const startedMs = clock.nowMs();

  await disk.makeDirectory(dir);
  const names = await disk.readDirectory(dir);
  await removeUnfinished(disk, dir, names);
  const found = await openSuperblocks(disk, dir, names, emit);
  const superblocks = new SuperblockTable();
  superblocks.noteGeneration(found.generationMax);
  const space = new SpaceKeeper(disk, dir, settings, clock, emit);
  try {
    const uuid = found.opened[0]?.superblock.identity.uuid ?? newUuidOf(options, found.lost.length);
    const index = new RecordIndex(uuid);
    const quarantine = new Quarantine(index, superblocks, emit);
    quarantine.lost.push(...found.lost);
    const buffers = new BufferPool(settings.readBufferBytesMax);
    const context: StoreContext = {
      disk, dir, uuid, settings, clock, emit, index, superblocks, quarantine, buffers, space, nextSequence: 1, readErrorCount: 0,
    };
    await space.acceptorReserve.open(names);
    await space.compactionReserve.open(names);
    const { active, fullScans, tailBytes } = await recover(context, found.opened, names);
    await space.measure();
    const writer: LogWriter = new LogWriter(context, active, (closed) => maintenance.onRolled(closed));
    const maintenance = new Maintenance(context, writer);
    maintenance.start();
    emit({ kind: 'opened', uuid, recordCount: index.recordCount, fullScans, tailBytes, durationMs: clock.nowMs() - startedMs });
    return new OpenStore(context, writer, maintenance);
  } catch (error) {
    await closeAll(found);
    for (const superblock of superblocks.list()) await superblock.file.close();
    await space.close();
    throw error;
  }
};

/** A folder in which only unreadable superblocks are left is not a new store: it once voted, and must not start over as if it had not. */
const newUuidOf = (options: StoreOptions, lostCount: number): string => {
  if (lostCount === 0) return (options.newUuid ?? (() => randomHex(UUID_BYTES)))();
  throw new VStackError(
    'corrupt',
    `None of the ${lostCount} superblocks in ${options.dir} can be read. Put them aside to begin an empty store under a new name; its chunks are then repaired from other nodes.`,
  );
};

const isNoSpace = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause) if ((at as { code?: unknown }).code === 'ENOSPC') return true;
  return false;
};

const unavailable = (dir: string, error: unknown): VStackError =>
  error instanceof VStackError
    ? error
    : new VStackError('unavailable', `The store in ${dir} cannot be opened: ${String(error)}. Check the disk, then restart the node.`, { cause: error });

const giveUpReserves = async ({ disk, dir, settings, clock, onEvent }: StoreOptions): Promise<boolean> => {
  const space = new SpaceKeeper(disk, dir, normalizeSettings(settings), clock ?? systemClock, onEvent ?? (() => undefined));
  try {
    const names = await disk.readDirectory(dir);
    let releasedBytes = 0;
    for (const reserve of [space.acceptorReserve, space.compactionReserve]) {
      await reserve.open(names);
      releasedBytes += await reserve.release(reserve.bytes);
    }
    return releasedBytes > 0;
  } catch {
    // Then the first error stands.
    return false;
  } finally {
    await space.close();
  }
};
