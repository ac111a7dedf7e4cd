import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../runtime/core/supervision/policy.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../runtime/platform/log.ts';
import { createFakeStarter, politeProgram, type FakeProgram } from '../../../runtime/platform/process/fake-starter.ts';
import type { SupervisorContext } from '../../../runtime/supervisor/context.ts';
import { startHelper } from '../../../runtime/supervisor/helper.ts';
import type { LedgerEntry } from '../../../runtime/supervisor/ledger.ts';

const ENTRY = '/programs/lab-worker.js';
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

const create = (program: FakeProgram) => {
  const clock = createManualClock();
  const starter = createFakeStarter({ [ENTRY]: program });
  const ledger = new Map<string, LedgerEntry>();
  const asked: number[] = [];
  const context: SupervisorContext = {
    starter, clock, random: () => 0, policy: defaultPolicy, log: silentLogger(),
    ledger: { add: (entry) => ledger.set(entry.nonce, entry), setPort: (_nonce, port) => asked.push(port), remove: (nonce) => ledger.delete(nonce), reap: () => Promise.resolve([]), settled: () => Promise.resolve() },
    entries: { 'storage-node': '', metadata: '', 'link-emulator': '', uploader: '', 'lab-worker': ENTRY },
    ports: { isFree: () => Promise.resolve(true), requireFree: () => Promise.resolve(), waitUntilAnswers: (port) => { asked.push(port); return Promise.resolve(); } },
  };
  const told: unknown[] = [];
  const starting = startHelper({ name: 'lab-worker', role: 'lab-worker', logFile: '/lab-worker.log', config: { a: 1 }, onEvent: (name, data) => told.push([name, data]), onLog: (lines) => told.push(lines) }, context);
  // Some tests look at how it failed only later.
  starting.catch(() => {});
  return { clock, starter, ledger, asked, told, starting };
};
/** Ready without a port, which no cluster's child could be. */
const worker = politeProgram({ start: (_message, child) => child.send({ kind: 'ready', port: 0 }) });

describe('a helper', () => {
  it('is ready without a port, stands in the ledger, answers and tells, until it is stopped', async () => {
    const { starting, starter, ledger, asked, told } = create(worker);
    const helper = await starting;
    await settle();
    expect([...ledger.values()]).toMatchObject([{ name: 'lab-worker', pid: helper.pid, port: null }]);
    expect(asked).toEqual([]);
    expect(await helper.call('echo', { x: 1 })).toEqual({ x: 1 });
    await expect(helper.call('dance')).rejects.toMatchObject({ code: 'not_supported' });
    starter.children[0]!.send({ kind: 'event', name: 'news', data: 7 });
    starter.children[0]!.send({ kind: 'log', lines: ['{}'] });
    await settle();
    expect(told).toEqual([['news', 7], ['{}']]);
    await helper.stop();
    expect(await helper.exit).toMatchObject({ code: 0 });
    expect(ledger.size).toBe(0);
  });

  it('is not started again when it dies: whoever waits for an answer learns of it', async () => {
    const { starting, starter } = create(politeProgram({ start: (_message, child) => child.send({ kind: 'ready', port: 0 }), call: () => {} }));
    const helper = await starting;
    const answer = helper.call('play');
    starter.children[0]!.exit(1);
    await expect(answer).rejects.toMatchObject({ code: 'unavailable', message: 'lab-worker ended before it answered.' });
    await helper.exit;
    await settle();
    expect(starter.children).toHaveLength(1);
  });

  it('that says why it cannot start is told in its own words, one that just ends in those of its end', async () => {
    const failing = create(politeProgram({
      start: (_message, child) => {
        child.send({ kind: 'failed', code: 'bad_request', detail: 'The configuration is wrong.' });
        child.exit(2);
      },
    }));
    await expect(failing.starting).rejects.toMatchObject({ code: 'bad_request', message: 'The configuration is wrong.' });
    const dying = create(politeProgram({ start: (_message, child) => child.exit(1, 'out of memory') }));
    await expect(dying.starting).rejects.toMatchObject({ code: 'unavailable', message: 'lab-worker ended before it was ready. out of memory' });
  });

  it('that is never ready is given up and killed', async () => {
    const { starting, starter, clock } = create(politeProgram({ start: () => {}, stop: () => {} }));
    await settle();
    clock.advance(15_000);
    await settle();
    clock.advance(1_000);
    await expect(starting).rejects.toMatchObject({ code: 'timeout' });
    expect(starter.children[0]!.isAlive).toBe(false);
  });

  it('that does not end when it is asked to is killed after a second', async () => {
    const { starting, starter, clock } = create(politeProgram({ start: (_message, child) => child.send({ kind: 'ready', port: 0 }), stop: () => {} }));
    const helper = await starting;
    const stopped = helper.stop();
    await settle();
    expect(starter.children[0]!.isAlive).toBe(true);
    clock.advance(1_000);
    await stopped;
    expect(await helper.exit).toMatchObject({ signal: 'SIGKILL' });
  });
});
