import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChildPhase } from '../../runtime/contract/control/cluster.ts';
import { defaultPolicy } from '../../runtime/core/supervision/policy.ts';
import { systemClock } from '../../runtime/platform/clock.ts';
import { silentLogger } from '../../runtime/platform/log.ts';
import { createNodeStarter } from '../../runtime/platform/process/node-starter.ts';
import { seededRandom } from '../../runtime/platform/random.ts';
import { systemPortTools } from '../../runtime/supervisor/context.ts';
import { openLedger } from '../../runtime/supervisor/ledger.ts';
import { createSupervisedChild, type SupervisedChild } from '../../runtime/supervisor/supervised-child.ts';
import { stopTogether } from '../../runtime/supervisor/take-down.ts';
import { createDataDir, fixtureEntries, quickPolicy } from '../fixtures/supervision/cluster-fixture.ts';

let dataDir: string;
let removeDataDir: () => Promise<void>;
let child: SupervisedChild | undefined;
let phases: ChildPhase[];

beforeEach(async () => {
  ({ dataDir, remove: removeDataDir } = await createDataDir());
  phases = [];
});
afterEach(async () => {
  if (child) await stopTogether([child], systemClock, 200);
  child = undefined;
  await removeDataDir();
});

const create = async (config: object, entries = fixtureEntries): Promise<SupervisedChild> => {
  const ledger = await openLedger(join(dataDir, 'ledger.json'), systemClock, () => {});
  child = createSupervisedChild(
    {
      name: 'node-1',
      role: 'storage-node',
      dataDir,
      logFile: join(dataDir, 'node-1.log'),
      port: 0,
      isPortFixed: false,
      configFor: (port) => ({ port, ...config }),
      onPhase: (_from, to) => phases.push(to),
      onBeat: () => {},
      onWanted: () => {},
      onLog: () => {},
      onEvent: () => {},
    },
    {
      starter: createNodeStarter({ nodePath: process.execPath }),
      clock: systemClock,
      random: seededRandom(7),
      policy: { ...defaultPolicy, ...quickPolicy },
      log: silentLogger(),
      entries,
      ledger,
      ports: systemPortTools,
    },
  );
  return child;
};
const ready = (phase: ChildPhase): boolean => phase === 'ready';

describe('a supervised process', () => {
  it('becomes ready, beats with its resource use, and ends when asked', async () => {
    const node = await create({});
    node.start();
    await node.when(ready);
    expect(node.status()).toMatchObject({ phase: 'ready', restartCount: 0, problem: null, url: `http://127.0.0.1:${node.port()}` });
    expect(node.status().rssBytes).toBeGreaterThan(1_000_000);
    node.stop(1000);
    await node.when((phase) => phase === 'stopped');
    expect(phases).toEqual(['starting', 'ready', 'stopping', 'stopped']);
    expect(await readFile(join(dataDir, 'node-1.log'), 'utf8')).toContain('"node":"node-1"');
  });

  it('is restarted on its port after a crash, in more than no time', async () => {
    const node = await create({});
    node.start();
    await node.when(ready);
    const { port } = node;
    const before = port();
    await node.call('crash', null);
    await node.when((phase) => phase === 'restarting');
    expect(node.status().problem).toContain('crashed on purpose');
    await node.when(ready);
    expect(port()).toBe(before);
    expect(node.status()).toMatchObject({ restartCount: 1, problem: null });
  });

  it('is given up after a crash loop, and says why', async () => {
    const node = await create({ start: 'crash' });
    node.start();
    await node.when((phase) => phase === 'crashed');
    expect(node.status()).toMatchObject({ restartCount: 4, pid: null, problem: expect.stringMatching(/5 times in a row.*crashed on purpose before ready/) as string });
    expect(phases.filter((phase) => phase === 'starting')).toHaveLength(5);
  });

  it('is given up at once when its start can never succeed', async () => {
    const node = await create({ start: 'fail' });
    node.start();
    await node.when((phase) => phase === 'crashed');
    expect(node.status()).toMatchObject({ restartCount: 0, problem: 'The store expected a superblock and found holiday pictures.' });
    expect(node.failure()).toMatchObject({ code: 'corrupt' });
  });

  it('is killed and restarted when it lives but says nothing any more', async () => {
    const node = await create({});
    node.start();
    await node.when(ready);
    const { pid } = node.status();
    await node.call('hang', null);
    await node.when((phase) => phase === 'degraded');
    await node.when((phase) => phase === 'restarting');
    expect(node.status().problem).toMatch(/nothing was heard of it/);
    await node.when(ready);
    expect(node.status().pid).not.toBe(pid);
  });

  it('can be stopped while it starts for ever', async () => {
    const node = await create({ start: 'never' });
    node.start();
    node.stop(300);
    await node.when((phase) => phase === 'stopped');
    expect(phases).toEqual(['starting', 'stopping', 'stopped']);
  });

  it('is killed when it ignores being asked to stop', async () => {
    const node = await create({ stop: 'never' });
    node.start();
    await node.when(ready);
    node.stop(100);
    await node.when((phase) => phase === 'stopped');
    expect(node.status().pid).toBeNull();
  });

  it('is degraded while it says so, and restarted once when it wishes', async () => {
    const node = await create({});
    node.start();
    await node.when(ready);
    await node.call('degrade', 'half the disk is gone');
    await node.when((phase) => phase === 'degraded');
    expect(node.status().problem).toBe('half the disk is gone');
    await node.call('wish-restart', null);
    await node.when((phase) => phase === 'stopping');
    await node.when(ready);
    expect(node.status()).toMatchObject({ restartCount: 1, problem: null });
  });

  it('tells a call that the child died before it answered', async () => {
    const node = await create({});
    node.start();
    await node.when(ready);
    await node.call('hang', null);
    const call = node.call('echo', 1).catch((error: unknown) => error);
    node.kill('the test wants to see the call fail');
    expect(await call).toMatchObject({ code: 'unavailable' });
    await expect(node.call('echo', 1)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('explains a program that cannot even be loaded', async () => {
    const node = await create({}, { ...fixtureEntries, 'storage-node': '/nowhere/storage-node.js' });
    node.start();
    await node.when((phase) => phase === 'crashed');
    expect(node.status().problem).toContain('/nowhere/storage-node.js');
  });
});
