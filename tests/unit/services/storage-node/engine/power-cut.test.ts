import { describe, expect, it } from 'vitest';
import { soakStore } from '../../../../soak/store-soak.ts';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';

describe('a store under power cuts and failing syncs', () => {
  it.each([11, 12, 13])('loses nothing acknowledged, shows nothing wrong and needs no hand (seed %i)', async (seed) => {
    const report = await soakStore({ powerCuts: 60, seed });
    expect(report).toMatchObject({ powerCuts: 60 });
    // A run that met none of these would prove nothing.
    expect(report.acknowledgedCommits).toBeGreaterThan(200);
    expect(report.savedTails).toBeGreaterThan(10);
    expect(report.tornTails).toBeGreaterThan(0);
    expect(report.failedSyncs).toBeGreaterThan(0);
    expect(report.compactions).toBeGreaterThan(10);
    expect(report.cutWhileOpening).toBeGreaterThan(0);
  });
});

describe('a failed sync', () => {
  it('ends writing for good while reads go on, and health says so', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'before', bytes: Buffer.from('safe') }]);
    simulated.setFaults((call) => (call.operation === 'sync' ? { kind: 'syncLost' } : undefined));
    await expect(store.commit([{ kind: 'chunk', key: 'lost', bytes: Buffer.from('lost') }])).rejects.toMatchObject({ code: 'read_only' });
    simulated.setFaults(() => undefined);
    await expect(store.commit([{ kind: 'chunk', key: 'later', bytes: Buffer.from('later') }])).rejects.toMatchObject({ code: 'read_only' });
    await expect(store.delete('chunk', 'before')).rejects.toMatchObject({ code: 'read_only' });
    expect(await readAll(store, 'chunk', 'before')).toBe('safe');
    expect(store.stat('chunk', 'lost')).toBeUndefined();
    expect(store.health()).toMatchObject({ writable: false, failure: expect.stringContaining('EIO') as string });
  });

  it('does not fool the next start: what the cache still shows is copied and synced before it counts', async () => {
    const simulated = createSimulatedStore();
    const first = await simulated.open();
    await first.commit([{ kind: 'chunk', key: 'acknowledged', bytes: Buffer.from('safe') }]);
    simulated.setFaults((call) => (call.operation === 'sync' ? { kind: 'syncLost' } : undefined));
    await first.commit([{ kind: 'chunk', key: 'doubtful', bytes: Buffer.from('maybe') }]).catch(() => undefined);
    simulated.setFaults(() => undefined);
    await first.close();

    const second = await simulated.open();
    const shown = await readAll(second, 'chunk', 'doubtful');
    simulated.disk.cutPower();
    await second.close().catch(() => undefined);
    simulated.disk.restorePower(() => 0);
    const third = await simulated.open();
    expect(await readAll(third, 'chunk', 'acknowledged')).toBe('safe');
    expect(await readAll(third, 'chunk', 'doubtful')).toBe(shown);
    expect(third.quarantined()).toEqual([]);
    await third.close();
  });

  it('treats a write that was cut short as the end of writing, too', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    simulated.setFaults((call) => (call.operation === 'write' ? { kind: 'short', share: 0.5 } : undefined));
    await expect(store.commit([{ kind: 'chunk', key: 'a', bytes: Buffer.from('x') }])).rejects.toMatchObject({ code: 'read_only' });
    expect(store.health().writable).toBe(false);
  });
});
