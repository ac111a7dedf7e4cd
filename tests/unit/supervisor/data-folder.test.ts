import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/platform/clock.ts';
import { loadKeys } from '../../../runtime/supervisor/keys.ts';
import { openLedger, type LedgerEntry, type ProcessTable } from '../../../runtime/supervisor/ledger.ts';
import { createSavedValue } from '../../../runtime/supervisor/saved-value.ts';
import { emptyTopology, fitTopology, growTopology, loadTopology } from '../../../runtime/supervisor/topology.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-data-folder-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fail = (error: unknown): never => {
  throw error;
};

describe('the keys', () => {
  it('are made once, all different, for their owner alone', async () => {
    const path = join(dir, 'keys.json');
    const keys = await loadKeys(path);
    expect(new Set([keys.clusterSecret, keys.grantKey, keys.urlKey, keys.storeRootKey]).size).toBe(4);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await loadKeys(path)).toEqual(keys);
  });

  it('are never replaced when they cannot be understood', async () => {
    const path = join(dir, 'keys.json');
    for (const content of ['{', '{"version": 1, "clusterSecret": "short"}', '{"version": 2}']) {
      await writeFile(path, content);
      await expect(loadKeys(path)).rejects.toMatchObject({ code: 'corrupt' });
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });

  it('are taken back from other readers when somebody opened the file to them', async () => {
    if (process.platform === 'win32') return;
    const path = join(dir, 'keys.json');
    await loadKeys(path);
    await chmod(path, 0o644);
    await loadKeys(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('the topology', () => {
  it('grows to what is asked for, and never shrinks by asking', () => {
    const topology = emptyTopology();
    fitTopology(topology, 3);
    fitTopology(topology, 2);
    expect(topology.nodes.map(({ nodeId }) => nodeId)).toEqual(['node-1', 'node-2', 'node-3']);
    fitTopology(topology, 4);
    expect(topology.nodes).toHaveLength(4);
  });

  it('keeps what was added and removed when the same number is asked for again', () => {
    const topology = emptyTopology();
    fitTopology(topology, 3);
    growTopology(topology);
    topology.nodes = topology.nodes.filter(({ number }) => number > 2);
    fitTopology(topology, 3);
    expect(topology.nodes.map(({ nodeId }) => nodeId)).toEqual(['node-3', 'node-4']);
  });

  it('never gives a number twice', () => {
    const topology = emptyTopology();
    fitTopology(topology, 1);
    topology.nodes = [];
    expect(growTopology(topology).nodeId).toBe('node-2');
  });

  it('of version 1 comes up with the same nodes, whose known addresses become those of their links', async () => {
    const path = join(dir, 'topology.json');
    const old = { version: 1, nodeCountAsked: 2, nextNumber: 4, metadataPort: 5000, uploaderPort: 5009, nodes: [{ nodeId: 'node-1', number: 1, port: 5001 }, { nodeId: 'node-3', number: 3, port: 0 }] };
    await writeFile(path, JSON.stringify(old));
    expect(await loadTopology(path)).toEqual({
      version: 2, nodeCountAsked: 2, nextNumber: 4, metadataPort: 5000, uploaderPort: 5009, emulatorPort: 0,
      nodes: [{ nodeId: 'node-1', number: 1, port: 0, linkPort: 5001 }, { nodeId: 'node-3', number: 3, port: 0, linkPort: 0 }],
    });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(old);
  });

  it('is refused when it cannot be understood', async () => {
    const path = join(dir, 'topology.json');
    expect(await loadTopology(path)).toEqual(emptyTopology());
    for (const content of ['{"version": 1, "nodes": "three"}', '{"version": 1, "nodes": [null]}', '{"version": 2, "nodes": []}', '{"version": 3}', '{}', '[]', 'null', '7']) {
      await writeFile(path, content);
      await expect(loadTopology(path), content).rejects.toMatchObject({ code: 'corrupt' });
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });
});

describe('the ledger', () => {
  const entry = (overrides: Partial<LedgerEntry>): LedgerEntry => ({ pid: 41, startTime: '7', nonce: 'nonce-of-41', name: 'node-1', port: null, ...overrides });
  /** A machine on which exactly these processes run. */
  const machine = (running: LedgerEntry[]): ProcessTable & { killed: number[] } => {
    const killed: number[] = [];
    return {
      killed,
      isRunning: ({ pid, startTime }, nonce) =>
        Promise.resolve(!killed.includes(pid) && running.some((one) => one.pid === pid && one.startTime === startTime && one.nonce === nonce)),
      kill: (pid) => void killed.push(pid),
    };
  };
  const path = (): string => join(dir, 'ledger.json');

  it('reaps exactly what it launched, never a stranger with the same pid', async () => {
    const first = await openLedger(path(), systemClock, fail, machine([]));
    first.add(entry({}));
    first.add(entry({ pid: 42, nonce: 'nonce-of-42' }));
    first.add(entry({ pid: 43, nonce: 'nonce-of-43' }));
    await first.settled();

    const table = machine([entry({}), entry({ pid: 42, startTime: '8', nonce: 'nonce-of-42' }), entry({ pid: 43, nonce: 'somebody else' })]);
    const second = await openLedger(path(), systemClock, fail, table);
    expect((await second.reap()).map(({ pid }) => pid)).toEqual([41]);
    expect(table.killed).toEqual([41]);
    await second.settled();
    expect(JSON.parse(await readFile(path(), 'utf8'))).toEqual({ version: 1, entries: [] });
  });

  it('keeps what it could not look at yet until it was reaped', async () => {
    const first = await openLedger(path(), systemClock, fail, machine([]));
    first.add(entry({}));
    await first.settled();
    const second = await openLedger(path(), systemClock, fail, machine([]));
    second.add(entry({ pid: 50, nonce: 'nonce-of-50' }));
    second.setPort('nonce-of-50', 8080);
    await second.settled();
    const saved = JSON.parse(await readFile(path(), 'utf8')) as { entries: LedgerEntry[] };
    expect(saved.entries.map(({ pid, port }) => [pid, port])).toEqual([[41, null], [50, 8080]]);
  });

  it('begins anew when its file cannot be understood', async () => {
    await writeFile(path(), 'not json');
    const table = machine([entry({})]);
    const ledger = await openLedger(path(), systemClock, fail, table);
    expect(await ledger.reap()).toEqual([]);
    expect(table.killed).toEqual([]);
  });
});

describe('a saved value', () => {
  it('gathers changes and ends with the last one on disk', async () => {
    const path = join(dir, 'value.json');
    let value = 0;
    const saved = createSavedValue(path, () => ({ value }), fail);
    for (value = 1; value < 50; value++) saved.save();
    await saved.settled();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ value: 50 });
  });

  it('tells a write that failed once, to both who listen and who wait', async () => {
    const errors: unknown[] = [];
    const saved = createSavedValue(join(dir, 'nowhere', 'value.json'), () => ({}), (error) => errors.push(error));
    saved.save();
    await expect(saved.settled()).rejects.toMatchObject({ code: 'not_found' });
    expect(errors).toHaveLength(1);
    await expect(saved.settled()).resolves.toBeUndefined();
  });
});
