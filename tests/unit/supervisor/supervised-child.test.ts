import { describe, expect, it } from 'vitest';
import type { ChildPhase } from '../../../runtime/contract/control/cluster.ts';
import { defaultPolicy } from '../../../runtime/core/supervision/policy.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../runtime/platform/log.ts';
import { createFakeStarter, politeProgram, type FakeProgram } from '../../../runtime/platform/process/fake-starter.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import type { Ledger } from '../../../runtime/supervisor/ledger.ts';
import { createSupervisedChild, type ChildSettings } from '../../../runtime/supervisor/supervised-child.ts';

const ENTRY = '/programs/node.js';
const noLedger: Ledger = { add() {}, setPort() {}, remove() {}, reap: () => Promise.resolve([]), settled: () => Promise.resolve() };

/** Lets everything that is due now happen: messages travel by microtasks here. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

const create = (program: FakeProgram, { port = 0, isPortFixed = false, isReachable = true, own = {} as Partial<ChildSettings> } = {}) => {
  const clock = createManualClock();
  const starter = createFakeStarter({ [ENTRY]: program });
  const phases: ChildPhase[] = [];
  const ports: number[] = [];
  const child = createSupervisedChild(
    {
      name: 'node-1',
      role: 'storage-node',
      dataDir: '/data',
      logFile: '/data/node-1.log',
      port,
      isPortFixed,
      configFor: (own) => {
        ports.push(own);
        return { port: own };
      },
      onPhase: (_from, to) => phases.push(to),
      onBeat: () => {},
      onWanted: () => {},
      onLog: () => {},
      onEvent: () => {},
      ...own,
    },
    {
      starter,
      clock,
      random: () => 0,
      policy: defaultPolicy,
      log: silentLogger(),
      entries: { 'storage-node': ENTRY, metadata: ENTRY, 'link-emulator': ENTRY, uploader: ENTRY, 'lab-worker': ENTRY },
      ledger: noLedger,
      ports: {
        isFree: () => Promise.resolve(true),
        requireFree: () => Promise.resolve(),
        waitUntilAnswers: () => (isReachable ? Promise.resolve() : Promise.reject(new VStackError('timeout', 'nobody there'))),
      },
    },
  );
  return { child, clock, starter, phases, ports };
};

describe('a supervised child over a scripted starter', () => {
  it('waits for its back-off, which doubles, before each restart', async () => {
    const { child, clock, starter } = create((fake) => (message) => message.kind === 'start' && fake.exit(1));
    child.start();
    await settle();
    for (const [index, waitMs] of [125, 250, 500, 1000].entries()) {
      expect(child.phase()).toBe('restarting');
      clock.advance(waitMs - 1);
      await settle();
      expect(starter.children).toHaveLength(index + 1);
      clock.advance(1);
      await settle();
      expect(starter.children).toHaveLength(index + 2);
    }
    expect(child.phase()).toBe('crashed');
  });

  it('keeps its port across restarts once it was ready', async () => {
    const { child, clock, starter, ports } = create(politeProgram());
    child.start();
    await settle();
    const port = child.port();
    starter.children[0]!.exit(1);
    await settle();
    clock.advance(1000);
    await settle();
    expect(ports).toEqual([0, port]);
    expect(child.phase()).toBe('ready');
  });

  const taken: FakeProgram = (fake) => (message) => {
    if (message.kind !== 'start') return;
    const { port } = message.config as { port: number };
    if (port === 0) return fake.send({ kind: 'ready', port: 5555 });
    fake.send({ kind: 'failed', code: 'port_in_use', detail: `Port ${port} is taken.` });
    fake.exit(2);
  };

  it('gives a remembered port up when somebody else has it now', async () => {
    let lostCount = 0;
    const { child, clock, ports } = create(taken, { port: 4444, own: { onPortLost: () => (lostCount += 1) } });
    child.start();
    await settle();
    clock.advance(1000);
    await settle();
    expect(ports).toEqual([4444, 0]);
    expect([child.phase(), child.port(), lostCount]).toEqual(['ready', 5555, 1]);
  });

  it('insists on a port that was demanded', async () => {
    const { child, clock, ports } = create(taken, { port: 4444, isPortFixed: true });
    child.start();
    await settle();
    clock.advance(1000);
    await settle();
    expect(ports).toEqual([4444, 4444]);
    expect(child.status().problem).toBe('Port 4444 is taken.');
  });

  it('is ready once whoever waits for its port is ready too, and not if it died meanwhile', async () => {
    const heard: { port: number; details: Record<string, unknown> }[] = [];
    let opened = Promise.withResolvers<void>();
    const program = politeProgram({ start: (_message, fake) => fake.send({ kind: 'ready', port: 4711, details: { links: 3 } }) });
    const onListening = (port: number, details: Record<string, unknown>): Promise<void> => {
      heard.push({ port, details });
      return opened.promise;
    };
    const { child, clock, starter, phases } = create(program, { own: { onListening } });
    child.start();
    await settle();
    expect([child.phase(), heard]).toEqual(['starting', [{ port: 4711, details: { links: 3 } }]]);
    starter.children[0]!.exit(1);
    await settle();
    opened.resolve();
    await settle();
    expect(phases).toEqual(['starting', 'restarting']);
    opened = Promise.withResolvers();
    clock.advance(1000);
    await settle();
    expect(child.phase()).toBe('starting');
    opened.resolve();
    await settle();
    expect(child.phase()).toBe('ready');
  });

  it('tells clients another address than its own where it has one, and none before it was ready', async () => {
    const { child } = create(politeProgram(), { port: 4444, own: { clientUrl: () => 'http://127.0.0.1:5000' } });
    expect(child.status()).toMatchObject({ url: null, directUrl: null });
    child.start();
    await settle();
    expect(child.status()).toMatchObject({ url: 'http://127.0.0.1:5000', directUrl: 'http://127.0.0.1:4444' });
  });

  it('does not believe a child whose port answers nobody', async () => {
    const { child, phases } = create(politeProgram(), { isReachable: false });
    child.start();
    await settle();
    expect(phases).toEqual(['starting', 'restarting']);
    expect(child.status().problem).toMatch(/port does not answer/);
  });

  it('kills a child that is mute, and starts it again', async () => {
    const { child, clock, starter } = create(politeProgram());
    child.start();
    await settle();
    clock.advance(defaultPolicy.lateMs);
    expect(child.phase()).toBe('degraded');
    clock.advance(defaultPolicy.muteMs - defaultPolicy.lateMs);
    await settle();
    expect(starter.children[0]!.isAlive).toBe(false);
    clock.advance(1000);
    await settle();
    expect([child.phase(), child.status().restartCount]).toEqual(['ready', 1]);
  });

  it('does not listen to a process that it has given up', async () => {
    const { child, clock, starter } = create(politeProgram());
    child.start();
    await settle();
    const [first] = starter.children;
    first!.spec.onMessage({ kind: 'beat', rssBytes: 1, cpuMs: 1, details: { degraded: 'old news' } });
    expect(child.phase()).toBe('degraded');
    first!.exit(1);
    await settle();
    clock.advance(1000);
    await settle();
    first!.spec.onMessage({ kind: 'beat', rssBytes: 1, cpuMs: 1, details: { degraded: 'old news' } });
    expect(child.phase()).toBe('ready');
  });

  it('grants a restart that the child wishes for only once a minute', async () => {
    const { child, clock, starter } = create(politeProgram());
    const wish = async (): Promise<void> => {
      starter.children.at(-1)!.send({ kind: 'event', name: 'restart-wanted', data: { reason: 'a sync failed' } });
      await settle();
    };
    child.start();
    await settle();
    await wish();
    await wish();
    expect(starter.children).toHaveLength(2);
    for (let second = 0; second < 61; second++) {
      clock.advance(1000);
      starter.children.at(-1)!.send({ kind: 'beat', rssBytes: 1, cpuMs: 1 });
      await settle();
    }
    await wish();
    expect(starter.children).toHaveLength(3);
  });
});
