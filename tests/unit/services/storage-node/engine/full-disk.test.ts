import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../../../runtime/contract/units.ts';
import type { Store } from '../../../../../runtime/services/storage-node/engine/types.ts';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';

const CHUNK = Buffer.alloc(256 * KIB, 'c');

const fillUp = async (store: Store): Promise<string[]> => {
  const keys: string[] = [];
  for (let index = 0; index < 1000; index++) {
    try {
      await store.commit([{ kind: 'chunk', key: `c${index}`, bytes: CHUNK }]);
      keys.push(`c${index}`);
    } catch (error) {
      expect(error).toMatchObject({ code: 'disk_full', status: 507 });
      return keys;
    }
  }
  throw new Error('the store never filled up');
};

describe('a full store', () => {
  it('refuses chunks at 95 % of its capacity, before writing anything, and still takes acceptor records and deletes', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open({ capacityBytes: 10 * MIB, freeBytesMin: 0 });
    const keys = await fillUp(store);
    expect(keys.length).toBeGreaterThan(30);
    const { usedBytes, diskUsagePercent, writable } = store.health();
    expect(usedBytes).toBeLessThanOrEqual(0.95 * 10 * MIB);
    expect(diskUsagePercent).toBeGreaterThan(90);
    expect(writable).toBe(true);
    await expect(store.commit([{ kind: 'chunk', key: 'x', bytes: CHUNK }, { kind: 'acceptor', key: 'x', bytes: Buffer.from('{}') }])).rejects.toMatchObject({ code: 'disk_full' });
    expect(store.health().usedBytes).toBe(usedBytes);
    await store.commit([{ kind: 'acceptor', key: 'x', bytes: Buffer.from('{}') }]);
    for (const key of keys) await store.delete('chunk', key);
    await store.compact({ all: true });
    await store.commit([{ kind: 'chunk', key: 'again', bytes: CHUNK }]);
    await store.close();
  });

  it('refuses chunks while the file system keeps less than the margin, whatever its own capacity', async () => {
    const simulated = createSimulatedStore({ capacityBytes: 20 * MIB });
    const store = await simulated.open({ freeBytesMin: 8 * MIB, acceptorReserveBytes: 0, compactionReserveBytes: 0 });
    const keys = await fillUp(store);
    expect(keys.length * CHUNK.length).toBeGreaterThan(10 * MIB);
    expect(keys.length * CHUNK.length).toBeLessThan(12 * MIB);
    expect(store.health().full || store.health().writable).toBe(true);
    await store.close();
  });

  it('writes acceptor records from its reserve when others have taken the last byte', async () => {
    const simulated = createSimulatedStore({ capacityBytes: 12 * MIB });
    const store = await simulated.open({ freeBytesMin: 64 * KIB, acceptorReserveBytes: 2 * MIB, compactionReserveBytes: 2 * MIB });
    simulated.clock.advance(5000);
    while (!simulated.disk.paths().includes('/store/reserve.compaction')) await new Promise((resolve) => void setImmediate(resolve));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => void setImmediate(resolve));
    const { freeBytes } = await simulated.disk.freeSpace('/store');
    const stranger = await simulated.disk.create('/store/stranger.bin');
    await stranger.write([Buffer.alloc(freeBytes, 1)], 0);

    await expect(store.commit([{ kind: 'chunk', key: 'c', bytes: CHUNK }])).rejects.toMatchObject({ code: 'disk_full' });
    for (let index = 0; index < 100; index++) await store.commit([{ kind: 'acceptor', key: `a${index}`, bytes: Buffer.alloc(1000, 'a') }]);
    expect(store.health()).toMatchObject({ writable: true, full: true });
    expect(simulated.disk.peek('/store/reserve.acceptor').length).toBe(MIB);
    await store.close();

    const again = await simulated.open({ freeBytesMin: 64 * KIB, acceptorReserveBytes: 2 * MIB, compactionReserveBytes: 2 * MIB });
    expect(await readAll(again, 'acceptor', 'a99')).toBe('a'.repeat(1000));
    await again.close();
  });

  it('starts after a crash although the disk has no byte left: the reserve makes room for the tail', async () => {
    const simulated = createSimulatedStore({ capacityBytes: 12 * MIB });
    const settings = { freeBytesMin: 64 * KIB, acceptorReserveBytes: MIB, compactionReserveBytes: 0 };
    const store = await simulated.open(settings);
    simulated.clock.advance(5000);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => void setImmediate(resolve));
    await store.commit([{ kind: 'chunk', key: 'tail', bytes: CHUNK }]);
    const { freeBytes } = await simulated.disk.freeSpace('/store');
    const stranger = await simulated.disk.create('/store/stranger.bin');
    await stranger.write([Buffer.alloc(freeBytes, 1)], 0);
    const again = await simulated.open(settings);
    expect((await readAll(again, 'chunk', 'tail'))?.length).toBe(CHUNK.length);
    await again.close();
  });

  it('says so once, and says so again when it has room', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open({ capacityBytes: 10 * MIB, freeBytesMin: 0 });
    await store.commit([{ kind: 'chunk', key: 'big', bytes: Buffer.alloc(8 * MIB, 1) }]);
    for (let index = 0; index < 40; index++) await store.commit([{ kind: 'acceptor', key: `a${index}`, bytes: Buffer.alloc(64 * KIB, 1) }]);
    for (const key of store.keys('acceptor')) await store.delete('acceptor', key);
    await store.compact({ all: true });
    const told = simulated.events.map((event) => event.kind).filter((kind) => kind === 'disk-full' || kind === 'disk-has-room');
    expect(told[0]).toBe('disk-full');
    expect(told.at(-1)).toBe('disk-has-room');
    expect(told.length % 2).toBe(0);
    await store.close();
  });
});
