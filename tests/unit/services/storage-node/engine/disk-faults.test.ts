import { describe, expect, it } from 'vitest';
import type { DiskCall } from '../../../../../runtime/platform/disk/faulty-disk.ts';
import { seededRandom } from '../../../../../runtime/platform/random.ts';
import type { Store } from '../../../../../runtime/services/storage-node/engine/types.ts';
import { StoreModel, payloadOf } from '../../../../soak/store-model.ts';
import { createSimulatedStore } from '../../../../fixtures/simulated-store.ts';
import type { SimulatedStore } from '../../../../fixtures/simulated-store.ts';

const SETTINGS = { superblockBytes: 24 * 1024, sealBytesMax: 4096, freeBytesMin: 0 };
/** More calls than one run makes; the loop ends when a run was not reached by its fault. */
const CALLS_MAX = 2000;

/** A run through everything a store does. Commits that fail are fine; what they claimed is the model's business. */
const liveThrough = async (store: Store, model: StoreModel, simulated: SimulatedStore): Promise<void> => {
  const commit = async (writes: Parameters<Store['commit']>[0]): Promise<void> => {
    const acknowledge = model.attempt(writes);
    await store.commit(writes).then(acknowledge, () => undefined);
  };
  const name = (step: number): string => `step${step}`;
  for (let step = 0; step < 4; step++) {
    await commit([{ kind: 'chunk', key: 'a', bytes: payloadOf(name(step), 3000) }, { kind: 'acceptor', key: 'a', bytes: payloadOf(name(step), 40) }]);
    await Promise.all([
      commit([{ kind: 'chunk', key: `b${step}`, bytes: payloadOf(name(step), 4000) }]),
      commit([{ kind: 'fragment', key: 'c', bytes: payloadOf(name(step), 500) }]),
    ]);
  }
  simulated.clock.advance(25);
  await store.seal();
  await commit([{ kind: 'chunk', key: 'b0', deleted: true }]);
  await store.compact({ all: true }).catch(() => undefined);
  await commit([{ kind: 'chunk', key: 'd', bytes: payloadOf('late', 2000) }]);
  await store.scrub().catch(() => undefined);
  await store.close().catch(() => undefined);
};

const failures = [
  { title: 'EIO', fault: { kind: 'error', code: 'EIO' } },
  { title: 'ENOSPC', fault: { kind: 'error', code: 'ENOSPC' } },
  { title: 'a write torn by ENOSPC', fault: { kind: 'torn', share: 0.6, code: 'ENOSPC' } },
  { title: 'a write torn by EIO', fault: { kind: 'torn', share: 0.6, code: 'EIO' } },
  { title: 'a short write', fault: { kind: 'short', share: 0.4 } },
  { title: 'a sync that loses what it should save', fault: { kind: 'syncLost' } },
] as const;

describe.each(failures)('$title at call number n, for every n', ({ fault }) => {
  it('loses nothing and shows nothing wrong, while a store opens after a crash, works and closes', async () => {
    const operations = new Set<string>();
    let reached = 0;
    for (let n = 0; n < CALLS_MAX; n++) {
      const simulated = createSimulatedStore();
      const model = new StoreModel();
      // Something to find: a store that was not stopped cleanly.
      await liveThrough(await simulated.open(SETTINGS), model, simulated);
      const before = await simulated.open(SETTINGS);
      const acknowledge = model.attempt([{ kind: 'chunk', key: 'tail', bytes: payloadOf('tail', 100) }]);
      await before.commit([{ kind: 'chunk', key: 'tail', bytes: payloadOf('tail', 100) }]);
      acknowledge();
      // The process ends here; what it wrote is all in the page cache, which survives it.
      simulated.disk.cutPower();
      simulated.disk.restorePower(() => 0.999);

      let isHit = false;
      let fitting = 0;
      const decide = (call: DiskCall) => {
        const isFitting = fault.kind === 'error' || (fault.kind === 'syncLost' ? call.operation === 'sync' : call.operation === 'write');
        if (isHit || !isFitting || fitting++ < n) return undefined;
        isHit = true;
        operations.add(call.operation);
        reached++;
        return fault;
      };
      let store: Store | undefined;
      simulated.setFaults(decide);
      try {
        store = await simulated.open(SETTINGS);
      } catch (error) {
        expect(error).toMatchObject({ code: 'unavailable' });
        simulated.setFaults(() => undefined);
        store = await simulated.open(SETTINGS);
      }
      await liveThrough(store, model, simulated);
      simulated.setFaults(() => undefined);
      simulated.disk.cutPower();
      simulated.disk.restorePower(seededRandom(n));
      const last = await simulated.open(SETTINGS);
      try {
        await model.check(last);
        expect(last.quarantined()).toEqual([]);
      } catch (error) {
        throw new Error(`call ${n}: ${String(error)}`, { cause: error });
      }
      await last.close();
      if (!isHit) break;
    }
    expect(reached).toBeGreaterThan(10);
    const everySite = ['create', 'freeSpace', 'makeDirectory', 'open', 'read', 'readDirectory', 'rename', 'sizeBytes', 'sync', 'syncDirectory', 'truncate', 'unlink', 'write'];
    if (fault.kind === 'error') expect([...operations].sort()).toEqual(everySite);
  });
});

describe('a disk that errs on reads', () => {
  it('does not quarantine what it cannot reach, and reads it when it can again', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'a', bytes: Buffer.from('there') }]);
    simulated.setFaults((call) => (call.operation === 'read' ? { kind: 'error', code: 'EIO' } : undefined));
    await expect(store.read('chunk', 'a')).rejects.toMatchObject({ code: 'unavailable' });
    expect(store.health()).toMatchObject({ readErrorCount: 1, damageCount: 0, bufferBytesInUse: 0 });
    simulated.setFaults(() => undefined);
    expect(Buffer.from((await store.readSmall('chunk', 'a'))!).toString()).toBe('there');
    await store.close();
  });

  it('is asked twice before a flipped bit counts as rot', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'a', bytes: Buffer.from('there') }]);
    let isFirst = true;
    simulated.setFaults((call) => {
      if (call.operation !== 'read' || !isFirst) return undefined;
      isFirst = false;
      return { kind: 'flip', bitIndex: 1000 };
    });
    expect(Buffer.from((await store.readSmall('chunk', 'a'))!).toString()).toBe('there');
    expect(store.quarantined()).toEqual([]);
    await store.close();
  });
});
