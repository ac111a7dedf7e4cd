import { describe, expect, it } from 'vitest';
import { DATA_START, SECTOR_BYTES, headerBytesOf, recordBytesOf } from '../../../../../runtime/services/storage-node/engine/layout.ts';
import type { Store } from '../../../../../runtime/services/storage-node/engine/types.ts';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';
import type { SimulatedStore } from '../../../../fixtures/simulated-store.ts';

const PAYLOAD = Buffer.from('thirteen byte');
const RECORD_BYTES = recordBytesOf(1, PAYLOAD.length);
const HEADER_BYTES = headerBytesOf(1, PAYLOAD.length);

/** Three chunks a, b, c of one record each, sealed and closed. */
const threeChunks = async (): Promise<SimulatedStore> => {
  const simulated = createSimulatedStore();
  const store = await simulated.open();
  for (const key of ['a', 'b', 'c']) await store.commit([{ kind: 'chunk', key, bytes: PAYLOAD }]);
  await store.close();
  return simulated;
};

const openWithoutHint = async (simulated: SimulatedStore): Promise<Store> => {
  await simulated.disk.unlink(simulated.hintPath());
  return simulated.open();
};

const expectNeighboursFine = async (store: Store): Promise<void> => {
  expect(await readAll(store, 'chunk', 'a')).toBe(PAYLOAD.toString());
  expect(await readAll(store, 'chunk', 'c')).toBe(PAYLOAD.toString());
};

describe('a flipped bit below the seal', () => {
  it('is found by a full scan wherever it lies in a record, and costs no other record', async () => {
    for (let offset = 0; offset < RECORD_BYTES; offset++) {
      const simulated = await threeChunks();
      simulated.disk.rot(simulated.superblockPath(), DATA_START + RECORD_BYTES + offset, 1 << (offset % 8));
      const store = await openWithoutHint(simulated);
      await expectNeighboursFine(store);
      expect(store.stat('chunk', 'b')).toBeUndefined();
      expect(store.quarantined()).toHaveLength(1);
      expect(store.quarantined()[0]!.key).toBe(offset < HEADER_BYTES ? undefined : 'b');
      await store.close();
      // The hint that was written meanwhile must not make the damage forgotten.
      const again = await simulated.open();
      expect(again.quarantined()).toHaveLength(1);
      await again.close();
    }
  });

  it('is found by a read through the hint: corrupt, never wrong bytes, and stat says it is gone', async () => {
    for (let offset = 0; offset < HEADER_BYTES + PAYLOAD.length; offset++) {
      const simulated = await threeChunks();
      simulated.disk.rot(simulated.superblockPath(), DATA_START + RECORD_BYTES + offset, 1 << (offset % 8));
      const store = await simulated.open();
      await expect(store.read('chunk', 'b')).rejects.toMatchObject({ code: 'corrupt' });
      expect(store.stat('chunk', 'b')).toBeUndefined();
      expect(store.isQuarantined('chunk', 'b')).toBe(true);
      expect([...store.keys('chunk')].sort()).toEqual(['a', 'c']);
      await expectNeighboursFine(store);
      await store.close();
    }
  });

  it('is found by the scrub, footer included, and healed by writing the right bytes', async () => {
    const simulated = await threeChunks();
    simulated.disk.rot(simulated.superblockPath(), DATA_START + 2 * RECORD_BYTES - 3);
    let store = await simulated.open();
    expect(await store.scrub()).toEqual([expect.objectContaining({ key: 'b', kind: 'chunk', superblockId: 1 })]);
    expect(await store.scrub()).toEqual([]);
    await store.commit([{ kind: 'chunk', key: 'b', bytes: PAYLOAD }]);
    expect(store.quarantined()).toEqual([]);
    expect(await readAll(store, 'chunk', 'b')).toBe(PAYLOAD.toString());
    expect(simulated.events.map((event) => event.kind)).toContain('healed');
    await store.close();
    store = await simulated.open();
    expect(store.quarantined()).toEqual([]);
    expect(await readAll(store, 'chunk', 'b')).toBe(PAYLOAD.toString());
    await store.close();
  });

  it('fails only the ranges that touch its block', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'big', bytes: Buffer.alloc(200_000, 1) }]);
    simulated.disk.rot(simulated.superblockPath(), DATA_START + headerBytesOf(3, 200_000) + 150_000);
    for (const range of [{ start: 0, end: 131_072 }, { start: 196_608, end: 200_000 }]) (await store.read('chunk', 'big', range)).release();
    await expect(store.read('chunk', 'big', { start: 140_000, end: 140_001 })).rejects.toMatchObject({ code: 'corrupt' });
    expect(store.health().bufferBytesInUse).toBe(0);
    await store.close();
  });

  it('keeps unknown keys on the list over restarts until the owner acknowledges them', async () => {
    const simulated = await threeChunks();
    simulated.disk.rot(simulated.superblockPath(), DATA_START + RECORD_BYTES);
    let store = await openWithoutHint(simulated);
    const [damage] = store.quarantined();
    expect(damage).toMatchObject({ key: undefined, superblockId: 1, positionBytes: DATA_START + RECORD_BYTES, lengthBytes: RECORD_BYTES });
    await store.acknowledgeDamage(damage!.superblockId, damage!.positionBytes);
    expect(store.quarantined()).toEqual([]);
    await store.close();
    store = await simulated.open();
    expect(store.quarantined()).toEqual([]);
    await store.close();
  });
});

describe('a flipped bit in the header sectors', () => {
  it.each([0, 1, 2])('of sector %i is noticed and healed at the next start, wherever it lies', async (sector) => {
    for (let offset = 0; offset < SECTOR_BYTES; offset += 61) {
      const simulated = await threeChunks();
      const path = simulated.superblockPath();
      const before = simulated.disk.peek(path).slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
      simulated.disk.rot(path, sector * SECTOR_BYTES + offset, 128);
      const store = await simulated.open();
      expect(simulated.events).toContainEqual(expect.objectContaining({ kind: 'header-healed', superblockId: 1 }));
      await expectNeighboursFine(store);
      expect(store.quarantined()).toEqual([]);
      const after = simulated.disk.peek(path).slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
      if (sector === 0) expect(Buffer.from(after).equals(Buffer.from(before))).toBe(true);
      await store.close();
    }
  });

  it('is also healed by the scrub', async () => {
    const simulated = await threeChunks();
    const store = await simulated.open();
    simulated.disk.rot(simulated.superblockPath(), 100);
    await store.scrub();
    expect(simulated.events).toContainEqual(expect.objectContaining({ kind: 'header-healed' }));
    await store.close();
  });

  it('loses no record when both seals are gone: later groups prove the earlier ones', async () => {
    const simulated = await threeChunks();
    for (const sector of [1, 2]) simulated.disk.rot(simulated.superblockPath(), sector * SECTOR_BYTES + 50);
    const store = await openWithoutHint(simulated);
    expect([...store.keys('chunk')].sort()).toEqual(['a', 'b', 'c']);
    expect(store.quarantined()).toEqual([]);
    await store.close();
  });

  it('in all three makes the file lost, listed, and never a new store', async () => {
    const simulated = await threeChunks();
    for (const sector of [0, 1, 2]) simulated.disk.rot(simulated.superblockPath(), sector * SECTOR_BYTES + 50);
    await expect(simulated.open()).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('rot past the last seal', () => {
  it('in a group before a later one is kept and listed, not cut', async () => {
    const simulated = createSimulatedStore();
    const first = await simulated.open();
    for (const key of ['a', 'b', 'c']) await first.commit([{ kind: 'chunk', key, bytes: PAYLOAD }]);
    simulated.disk.rot(simulated.superblockPath(), DATA_START + RECORD_BYTES + HEADER_BYTES + 2);
    for (let start = 0; start < 2; start++) {
      const store = await simulated.open();
      await expectNeighboursFine(store);
      expect(store.quarantined()).toEqual([expect.objectContaining({ key: 'b' })]);
      await store.close();
    }
  });

  it('in the last group before the idle seal is told apart by the seal', async () => {
    const simulated = createSimulatedStore();
    const first = await simulated.open();
    for (const key of ['a', 'b', 'c']) await first.commit([{ kind: 'chunk', key, bytes: PAYLOAD }]);
    simulated.clock.advance(20);
    await first.seal();
    simulated.disk.rot(simulated.superblockPath(), DATA_START + 2 * RECORD_BYTES + HEADER_BYTES + 2);
    const store = await simulated.open();
    expect(store.quarantined()).toEqual([expect.objectContaining({ key: 'c' })]);
    await store.close();
  });
});
