import { describe, expect, it } from 'vitest';
import { changeLink, normalLink, type LinkSettings } from '../../../runtime/contract/link.ts';
import { defaultPolicy } from '../../../runtime/core/supervision/policy.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../runtime/platform/log.ts';
import { createFakeStarter } from '../../../runtime/platform/process/fake-starter.ts';
import type { Ledger } from '../../../runtime/supervisor/ledger.ts';
import { createLinks } from '../../../runtime/supervisor/links.ts';
import { createSupervisedChild } from '../../../runtime/supervisor/supervised-child.ts';
import { createFakeEmulator } from '../../fixtures/supervision/fake-emulator.ts';

const ENTRY = '/programs/link-emulator.js';
const noLedger: Ledger = { add() {}, setPort() {}, remove() {}, reap: () => Promise.resolve([]), settled: () => Promise.resolve() };

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

const slow: LinkSettings = changeLink(normalLink, { toNode: { latencyMs: 100 }, toClient: { latencyMs: 100 } });
const lossy: LinkSettings = changeLink(normalLink, { toClient: { loss: { model: 'bernoulli', share: 0.1 } } });

const create = () => {
  const clock = createManualClock();
  const emulator = createFakeEmulator();
  const starter = createFakeStarter({ [ENTRY]: emulator.program });
  const saved = new Map<string, number>();
  const errors: string[] = [];
  const links = createLinks({ emulator: () => child, savePort: (nodeId, port) => saved.set(nodeId, port), onChange: () => {}, onError: (_error, what) => errors.push(what) });
  const child = createSupervisedChild(
    {
      name: 'links', role: 'link-emulator', dataDir: '', logFile: '/links.log', port: 0, isPortFixed: false,
      configFor: (port) => ({ port, clusterSecret: 'a'.repeat(64), links: links.specs() }),
      onListening: (_port, details) => links.takeReady(details),
      onPortLost: links.forgetPorts,
      onPhase: (from, to) => to === 'ready' && from === 'starting' && links.catchUp(),
      onEvent: (_name, data) => links.takeChanged(data),
      onBeat: () => {}, onWanted: () => {}, onLog: () => {},
    },
    {
      starter, clock, random: () => 0, policy: defaultPolicy, log: silentLogger(), ledger: noLedger,
      entries: { 'storage-node': ENTRY, metadata: ENTRY, 'link-emulator': ENTRY, uploader: ENTRY, 'lab-worker': ENTRY },
      ports: { isFree: () => Promise.resolve(true), requireFree: () => Promise.resolve(), waitUntilAnswers: () => Promise.resolve() },
    },
  );
  const start = async (): Promise<void> => {
    child.start();
    await settle();
  };
  /** Kills the process and waits for the next one to be ready. */
  const restart = async (): Promise<void> => {
    starter.children.at(-1)!.exit(1);
    await settle();
    clock.advance(1000);
    await settle();
    expect(child.phase()).toBe('ready');
  };
  return { links, child, emulator, starter, clock, saved, errors, start, restart };
};

const settingsOf = ({ emulator }: ReturnType<typeof create>, nodeId: string): LinkSettings | undefined => emulator.links.get(nodeId)?.settings;

describe('the links of a cluster', () => {
  it('are opened by the start, on remembered ports or on such as the system chooses, which are kept', async () => {
    const test = create();
    test.links.add('node-1', 0);
    test.links.add('node-2', 4002);
    expect(test.links.urlOf('node-1')).toBeNull();
    await test.start();
    expect(test.links.list()).toEqual([
      { nodeId: 'node-1', url: 'http://127.0.0.1:50001', settings: normalLink },
      { nodeId: 'node-2', url: 'http://127.0.0.1:4002', settings: normalLink },
    ]);
    expect([...test.saved]).toEqual([['node-1', 50_001]]);
    expect(test.emulator.calls).toEqual([]);
  });

  it('lead to where a node listens, and nowhere while it does not', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    expect(test.emulator.links.get('node-1')!.target).toBeNull();
    await test.links.aim('node-1', 7001);
    expect(test.emulator.links.get('node-1')!.target).toEqual({ host: '127.0.0.1', port: 7001 });
    await test.links.aim('node-1', 7001);
    await test.links.aim('node-1', null);
    await test.links.aim('node-9', 7009);
    expect(test.emulator.links.get('node-1')!.target).toBeNull();
    expect(test.emulator.calls.map(({ name }) => name)).toEqual(['link-target', 'link-target']);
  });

  it('are what they were after the emulator died: same ports, same targets, same settings', async () => {
    const test = create();
    test.links.add('node-1', 0);
    test.links.add('node-2', 0);
    await test.start();
    await test.links.aim('node-1', 7001);
    await test.links.set([{ nodeId: 'node-2', settings: slow }]);
    const before = structuredClone([...test.emulator.links]);
    await test.restart();
    expect([...test.emulator.links]).toEqual(before);
    expect(settingsOf(test, 'node-2')).toEqual(slow);
  });

  it('take what is wished while the emulator is down, or still starting', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    test.starter.children[0]!.exit(1);
    await settle();
    expect(test.child.phase()).toBe('restarting');
    await test.links.set([{ nodeId: 'node-1', settings: slow }]);
    test.clock.advance(1000);
    // The configuration has left; this comes after it, and before the emulator serves.
    expect(test.child.phase()).toBe('starting');
    await test.links.set([{ nodeId: 'node-1', settings: lossy }]);
    await test.links.aim('node-1', 7001);
    await settle();
    expect(test.emulator.links.get('node-1')).toMatchObject({ settings: lossy, target: { port: 7001 } });
  });

  it('set many links with one call, and only what differs', async () => {
    const test = create();
    for (const nodeId of ['node-1', 'node-2', 'node-3']) test.links.add(nodeId, 0);
    await test.start();
    await test.links.set([{ nodeId: 'node-1', settings: slow }, { nodeId: 'node-3', settings: lossy }]);
    expect(test.emulator.calls).toEqual([{ name: 'links-set', input: { links: [{ nodeId: 'node-1', settings: slow }, { nodeId: 'node-3', settings: lossy }] } }]);
    await expect(test.links.set([{ nodeId: 'node-2', settings: slow }, { nodeId: 'node-9', settings: slow }])).rejects.toMatchObject({ code: 'not_found', message: expect.stringMatching(/no node "node-9".*known: .*node-2/) as string });
    expect(settingsOf(test, 'node-2')).toEqual(normalLink);
  });

  it('give up what the emulator refuses, and keep to what it is slow to do', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    test.emulator.refuseNext({ code: 'bad_request', detail: 'No.' });
    await expect(test.links.set([{ nodeId: 'node-1', settings: slow }])).rejects.toMatchObject({ code: 'bad_request', message: 'No.' });
    expect(test.links.list()[0]!.settings).toEqual(normalLink);

    test.emulator.refuseNext(null);
    const unanswered = test.links.set([{ nodeId: 'node-1', settings: slow }]);
    await settle();
    test.clock.advance(2000);
    await unanswered;
    expect(test.links.list()[0]!.settings).toEqual(slow);
    expect(test.errors).toEqual(['the link emulator is slow to do what it was told']);
    await test.links.set([{ nodeId: 'node-1', settings: lossy }]);
    expect(settingsOf(test, 'node-1')).toEqual(lossy);
  });

  it('follow what somebody set over the HTTP API, and keep it over a restart', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    test.emulator.change([{ nodeId: 'node-1', settings: slow }, { nodeId: 'node-9', settings: slow }]);
    await settle();
    expect(test.links.list()).toMatchObject([{ nodeId: 'node-1', settings: slow }]);
    await test.restart();
    expect(settingsOf(test, 'node-1')).toEqual(slow);
  });

  it('do not take older word for what was set meanwhile', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    const setting = test.links.set([{ nodeId: 'node-1', settings: slow }]);
    test.emulator.change([{ nodeId: 'node-1', settings: lossy }]);
    await setting;
    await settle();
    expect(test.links.list()[0]!.settings).toEqual(slow);
    expect(settingsOf(test, 'node-1')).toEqual(slow);
  });

  it('come and go with their nodes', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    test.links.add('node-2', 0);
    await test.links.untilOpen('node-2');
    expect(test.links.urlOf('node-2')).toBe('http://127.0.0.1:50002');
    await test.links.remove('node-1');
    expect([...test.emulator.links.keys()]).toEqual(['node-2']);
    expect(test.emulator.calls.map(({ name }) => name)).toEqual(['link-open', 'link-close']);
    await test.restart();
    expect([...test.emulator.links.keys()]).toEqual(['node-2']);
  });

  it('say why one could not be opened, and wait for an emulator that is on its way back', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await test.start();
    test.links.add('node-2', 0);
    test.emulator.refuseNext({ code: 'conflict', detail: 'That port is taken.' });
    await expect(test.links.untilOpen('node-2')).rejects.toMatchObject({ code: 'conflict' });
    await test.links.untilOpen('node-2');

    test.links.add('node-3', 0);
    test.starter.children[0]!.exit(1);
    await settle();
    const opened = test.links.untilOpen('node-3');
    test.clock.advance(1000);
    await opened;
    expect([...test.emulator.links.keys()]).toEqual(['node-1', 'node-2', 'node-3']);
    test.child.stop(0);
    await expect(test.links.untilOpen('node-3')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('take other ports when a remembered one belongs to somebody else before they were ever open', async () => {
    const test = create();
    test.links.add('node-1', 4001);
    test.emulator.failNextStart();
    await test.start();
    test.clock.advance(1000);
    await settle();
    expect([test.child.phase(), test.links.urlOf('node-1')]).toEqual(['ready', 'http://127.0.0.1:50001']);
    expect(test.errors).toEqual([]);
  });

  it('have counters while the emulator serves', async () => {
    const test = create();
    test.links.add('node-1', 0);
    await expect(test.links.counters()).rejects.toMatchObject({ code: 'unavailable' });
    await test.start();
    expect(await test.links.counters()).toMatchObject([{ nodeId: 'node-1', counters: { bytesToNode: 0 } }]);
  });
});
