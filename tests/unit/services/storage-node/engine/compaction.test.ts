import { describe, expect, it } from 'vitest';
import { KIB } from '../../../../../runtime/contract/units.ts';
import { seededRandom } from '../../../../../runtime/platform/random.ts';
import type { Store } from '../../../../../runtime/services/storage-node/engine/types.ts';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';
import type { SimulatedStore } from '../../../../fixtures/simulated-store.ts';

const SETTINGS = { superblockBytes: 32 * KIB };
const put = (store: Store, key: string, text: string) => store.commit([{ kind: 'chunk', key, bytes: Buffer.alloc(3000, text) }]);

/** Live, replaced and deleted records spread over several superblocks. */
const aged = async (): Promise<{ simulated: SimulatedStore; store: Store }> => {
  const simulated = createSimulatedStore();
  const store = await simulated.open(SETTINGS);
  for (let index = 0; index < 30; index++) await put(store, `k${index}`, 'old');
  for (let index = 0; index < 30; index += 2) await put(store, `k${index}`, 'new');
  for (let index = 0; index < 30; index += 3) await store.delete('chunk', `k${index}`);
  return { simulated, store };
};

const expectAged = async (store: Store): Promise<void> => {
  for (let index = 0; index < 30; index++) {
    const expected = index % 3 === 0 ? undefined : Buffer.alloc(3000, index % 2 === 0 ? 'new' : 'old').toString();
    expect(await readAll(store, 'chunk', `k${index}`), `k${index}`).toBe(expected);
  }
  expect(store.quarantined()).toEqual([]);
};

describe('compaction', () => {
  it('cut by a power failure at any call changes nothing that is shown, and can be done again', async () => {
    let isReached = true;
    let cuts = 0;
    for (let n = 0; isReached; n++) {
      const { simulated, store } = await aged();
      const from = simulated.callCount();
      isReached = false;
      simulated.setFaults((call) => {
        if (call.index < from + n) return undefined;
        isReached = true;
        simulated.disk.cutPower();
        return { kind: 'error', code: 'EIO' };
      });
      await store.compact({ all: true }).catch(() => undefined);
      if (isReached) cuts++;
      simulated.disk.cutPower();
      await store.close().catch(() => undefined);
      simulated.setFaults(() => undefined);
      simulated.disk.restorePower(seededRandom(n));
      const again = await simulated.open(SETTINGS);
      await expectAged(again);
      await again.compact({ all: true });
      await expectAged(again);
      await again.close();
      const last = await simulated.open(SETTINGS);
      await expectAged(last);
      await last.close();
    }
    expect(cuts).toBeGreaterThan(40);
  });

  it('drops tombstones once no file holds their key, and not before', async () => {
    const { simulated, store } = await aged();
    await store.compact({ all: true });
    await store.compact({ all: true });
    await store.close();
    const bytes = simulated.disk.paths().filter((path) => path.endsWith('.superblock')).map((path) => Buffer.from(simulated.disk.peek(path)));
    expect(bytes.some((content) => content.includes('k27'))).toBe(false);
    expect(bytes.some((content) => content.includes('k29'))).toBe(true);
  });

  it('keeps a tombstone whose older copy lies in a file that the disk refused to remove', async () => {
    const { simulated, store } = await aged();
    simulated.setFaults((call) => (call.operation === 'unlink' && call.path.endsWith('.superblock') ? { kind: 'error', code: 'EIO' } : undefined));
    await store.compact({ all: true }).catch(() => undefined);
    await store.compact({ all: true }).catch(() => undefined);
    simulated.setFaults(() => undefined);
    simulated.disk.cutPower();
    await store.close().catch(() => undefined);
    simulated.disk.restorePower(() => 0);
    const again = await simulated.open(SETTINGS);
    await expectAged(again);
    await again.close();
  });

  it('leaves a superblock with damage alone, so that nothing is forgotten', async () => {
    const { simulated, store } = await aged();
    const damaged = simulated.disk.paths()[0]!;
    const at = Buffer.from(simulated.disk.peek(damaged)).indexOf('oldoldold');
    simulated.disk.rot(damaged, at + 5);
    await expect(store.read('chunk', 'k0')).rejects.toMatchObject({ code: 'not_found' });
    await store.scrub();
    for (let index = 1; index < 30; index += 2) await put(store, `k${index}`, 'newer');
    const before = store.quarantined();
    await store.compact({ all: true });
    expect(store.quarantined()).toEqual(before);
    await store.close();
  });

  it('merges the small superblocks that many restarts leave behind', async () => {
    const simulated = createSimulatedStore();
    for (let start = 0; start < 8; start++) {
      const store = await simulated.open();
      await put(store, `k${start}`, 'x');
    }
    const store = await simulated.open();
    const before = store.health().superblockCount;
    await store.compact();
    expect(store.health().superblockCount).toBeLessThan(before);
    expect([...store.keys('chunk')]).toHaveLength(8);
    await store.close();
  });

  it('does not disturb reads and writes that go on meanwhile', async () => {
    const { store } = await aged();
    const compacting = store.compact({ all: true });
    for (let index = 0; index < 20; index++) {
      await put(store, 'k1', `v${index}`);
      expect(await readAll(store, 'chunk', 'k5')).toBe(Buffer.alloc(3000, 'old').toString());
    }
    await compacting;
    expect(await readAll(store, 'chunk', 'k1')).toBe(Buffer.alloc(3000, 'v19').toString());
    await store.close();
  });

  it('runs by itself when there is enough to gain', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open({ ...SETTINGS, compactionIntervalMs: 1000 });
    for (let round = 0; round < 30; round++) await put(store, 'k', `r${round}`);
    const before = store.health().superblockCount;
    simulated.clock.advance(1000);
    for (let turn = 0; turn < 500 && store.health().superblockCount >= before; turn++) await new Promise((resolve) => void setImmediate(resolve));
    expect(store.health().superblockCount).toBeLessThan(before);
    await store.close();
  });
});
