import { describe, expect, it } from 'vitest';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';
import type { SimulatedStore } from '../../../../fixtures/simulated-store.ts';

const filled = async (): Promise<SimulatedStore> => {
  const simulated = createSimulatedStore();
  const store = await simulated.open();
  for (let index = 0; index < 5; index++) await store.commit([{ kind: 'chunk', key: `k${index}`, bytes: Buffer.from(`value ${index}`) }]);
  await store.delete('chunk', 'k0');
  await store.commit([{ kind: 'acceptor', key: 'k1', bytes: Buffer.from('state') }]);
  await store.close();
  simulated.events.length = 0;
  return simulated;
};

const expectEverything = async (simulated: SimulatedStore): Promise<void> => {
  const store = await simulated.open();
  expect([...store.keys('chunk')].sort()).toEqual(['k1', 'k2', 'k3', 'k4']);
  expect(await readAll(store, 'chunk', 'k3')).toBe('value 3');
  expect(await readAll(store, 'acceptor', 'k1')).toBe('state');
  expect(store.quarantined()).toEqual([]);
  await store.close();
};

const opened = (simulated: SimulatedStore) => simulated.events.find((event) => event.kind === 'opened');
const ignored = (simulated: SimulatedStore) => simulated.events.filter((event) => event.kind === 'hint-ignored');

describe('a hint', () => {
  it('spares the start the scan', async () => {
    const simulated = await filled();
    await expectEverything(simulated);
    expect(opened(simulated)).toMatchObject({ fullScans: 0 });
  });

  it('is ignored with any single bit flipped, and the scan finds the same', async () => {
    const simulated = await filled();
    const { length } = simulated.disk.peek(simulated.hintPath());
    for (let offset = 0; offset < length; offset++) {
      simulated.events.length = 0;
      simulated.disk.rot(simulated.hintPath(), offset, 1 << (offset % 8));
      // Closing the store writes a sound hint again, for the next round.
      await expectEverything(simulated);
      expect(ignored(simulated), `offset ${offset}`).toHaveLength(1);
    }
  });

  it('is ignored when it is cut short', async () => {
    const simulated = await filled();
    const file = await simulated.disk.open(simulated.hintPath(), 'readWrite');
    await file.truncate((await file.sizeBytes()) - 1);
    await expectEverything(simulated);
    expect(ignored(simulated)).toHaveLength(1);
  });

  it('of another store, or of an earlier file of the same number, is ignored', async () => {
    const simulated = await filled();
    const other = await filled();
    const file = await simulated.disk.open(simulated.hintPath(), 'readWrite');
    await file.write([other.disk.peek(other.hintPath())], 0);
    await expectEverything(simulated);
    expect(ignored(simulated)).toEqual([expect.objectContaining({ reason: expect.stringContaining('another') as string })]);
  });

  it('without its superblock is removed', async () => {
    const simulated = await filled();
    await simulated.disk.create('/store/00000077.hint');
    await expectEverything(simulated);
    expect(simulated.disk.paths()).not.toContain('/store/00000077.hint');
  });

  it('covers only its part: what was written after it is scanned', async () => {
    const simulated = await filled();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'new', bytes: Buffer.from('new') }]);
    await store.seal();
    const again = await simulated.open();
    expect(await readAll(again, 'chunk', 'new')).toBe('new');
    expect(await readAll(again, 'chunk', 'k4')).toBe('value 4');
    await again.close();
  });
});

describe('a superblock of another store', () => {
  it('is left alone and reported', async () => {
    const simulated = await filled();
    const other = await filled();
    const file = await simulated.disk.create('/store/00000009.superblock');
    await file.write([other.disk.peek(other.superblockPath())], 0);
    await expectEverything(simulated);
    expect(simulated.events).toContainEqual(expect.objectContaining({ kind: 'foreign-superblock' }));
    expect(simulated.disk.paths()).toContain('/store/00000009.superblock');
  });
});
