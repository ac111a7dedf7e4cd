import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NetworkStatus, ScenarioRun } from '../../../../runtime/contract/control/network.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { builtInScenarios, type Scenario } from '../../../../runtime/contract/network.ts';
import { actionText } from '../../../../runtime/host/network/step-words.ts';
import { setUpCli } from '../../../fixtures/cli.ts';

const { run, dir } = setUpCli();

const failure = builtInScenarios.find(({ id }) => id === 'node-failure')!;
const list = { 'scenarios:list': () => ({ scenarios: [...builtInScenarios] }) };
const step = (index: number, problem: string | null = null): ScenarioRun['done'][number] => ({ ...failure.steps[index]!, nodeIds: ['node-1'], atMs: 1, problem });
const runOf = (overrides: Partial<ScenarioRun> = {}): ScenarioRun => ({ scenario: failure, seed: 7, startedAtMs: 5, elapsedSec: 0, phase: 'running', done: [], problem: null, ...overrides });
const status = (one: ScenarioRun | null): NetworkStatus => ({ isReady: true, links: [], run: one });
const never = new Promise<string>(() => {});

describe('vstack scenario list and show', () => {
  it('lists them, and the one that runs or ran', async () => {
    const { out } = await run('scenario list', { ...list, 'network:show': () => status(runOf({ elapsedSec: 12 })) });
    expect(out).toMatch(/^node-failure +Node failure +built-in +60 s +3 +One node dies/m);
    expect(out).toContain('“Node failure” runs: 12 s of 60 s, seed 7.');
    expect((await run('scenario list', { ...list, 'network:show': () => status(null) })).out).not.toContain('seed');
    const { lines } = await run('scenario list --json', { ...list, 'network:show': () => status(null) });
    expect(lines).toMatchObject([{ event: 'result', run: null, scenarios: [{ id: 'normal-operation', duration_sec: 60 }, {}, {}, {}, {}] }]);
  });

  it('shows the steps of one in words', async () => {
    const { out } = await run('scenario show network-degradation', list);
    expect(out).toMatch(/^ *0 s +every node +link: profile normal$/m);
    expect(out).toMatch(/^ *10 s +node 1 +link: 75 ms down, 75 ms up$/m);
    expect(out).toMatch(/^ *50 s +node 1 +link: 10 % loss down$/m);
    expect((await run('scenario show chaos', list)).out).toMatch(/a random node +link: one of normal, high-latency/);
    expect(await run('scenario show nothing', list)).toMatchObject({ code: 4, err: expect.stringContaining('known: normal-operation') });
  });

  it('has words for every action', () => {
    const change = { toNode: { bitsPerSecond: null, jitterMs: 2 }, partition: 'none', isFailed: true, resetShare: 0.5, slowCloseMs: 9 } as const;
    expect(actionText({ kind: 'link', change })).toBe('link: ± 2 ms up, unlimited up, no partition, failed, 50 % of connections reset, closes after 9 ms');
    expect(actionText({ kind: 'link', change: {} })).toBe('link: nothing');
    expect((['normal', 'kill', 'pause', 'resume', 'stop', 'start'] as const).map((kind) => actionText({ kind }))).toEqual(['link: normal', 'is killed', 'is paused', 'goes on', 'is stopped', 'is started']);
  });
});

describe('vstack scenario run', () => {
  it('starts one with a seed and returns at once', async () => {
    const { code, out, host } = await run('scenario run node-failure --seed 7', { 'scenarios:run': () => status(runOf()) });
    expect([code, host.asked.map(({ input }) => input)]).toEqual([0, [{ scenarioId: 'node-failure', seed: 7 }]]);
    expect(out).toContain('“Node failure” runs: 0 s of 60 s, seed 7.');
    expect(await run('scenario run node-failure --seed x')).toMatchObject({ code: 2, err: expect.stringContaining('whole number') });
    expect((await run('scenario run chaos', { 'scenarios:run': () => { throw new VStackError('already_running', 'It runs.'); } })).code).toBe(1);
  });

  /** Plays these states one after the other once somebody follows. */
  const play = (states: ScenarioRun[]) => {
    let latest = runOf();
    return {
      handlers: { 'scenarios:run': () => status(runOf()), 'network:show': () => status(latest), 'scenarios:stop': () => status({ ...latest, phase: 'stopped' as const }) },
      options: {
        closed: never,
        onHost: (host: { events: { isHeard(name: 'network:changed'): boolean; emit(name: 'network:changed', data: NetworkStatus): void } }) => {
          const timer = setInterval(() => {
            if (!host.events.isHeard('network:changed')) return;
            clearInterval(timer);
            for (latest of states) host.events.emit('network:changed', status(latest));
          }, 5);
        },
      },
    };
  };

  it('tells each step once, what could not be done, and the end', async () => {
    const over = runOf({ phase: 'ended', elapsedSec: 60, done: [step(0), step(1, 'node-1 is stopped.'), step(2)] });
    const { handlers, options } = play([runOf({ done: [step(0)] }), runOf({ done: [step(0), step(1)] }), runOf({ done: [step(0), step(1, 'node-1 is stopped.')] }), over]);
    const { code, lines } = await run('scenario run node-failure --follow --json', handlers, options);
    expect(code).toBe(0);
    expect(lines.map(({ event, at_sec: atSec, problem, phase }) => [event, atSec, problem, phase].filter((part) => part !== undefined))).toEqual([
      ['scenario-started'], ['scenario-step', 0, null], ['scenario-step', 10, null], ['scenario-step', 10, 'node-1 is stopped.'], ['scenario-step', 40, null], ['result', null, 'ended'],
    ]);
    const text = (await run('scenario run node-failure --follow', handlers, play([over]).options)).out;
    expect(text).toMatch(/10 s {2}node-1 {2}is stopped {2}node-1 is stopped\.\n/);
    expect(text).toContain('ended after 60 s, seed 7; everything is back to normal.');
  });

  it('fails with the scenario, and with its host', async () => {
    const { handlers, options } = play([runOf({ phase: 'failed', elapsedSec: 3, problem: 'The cluster was stopped meanwhile.' })]);
    expect(await run('scenario run node-failure --follow', handlers, options)).toMatchObject({ code: 1, err: expect.stringContaining('failed after 3 s, seed 7. The cluster was stopped meanwhile.') });
    expect(await run('scenario run node-failure --follow', handlers, { closed: Promise.resolve('gone') })).toMatchObject({ code: 1, err: expect.stringContaining('The host ended') });
  });

  it('is stopped by Ctrl-C', async () => {
    const aborter = new AbortController();
    const { handlers } = play([]);
    const { code, host } = await run('scenario run node-failure --follow', handlers, {
      closed: never, signal: aborter.signal,
      onHost: (fake) => {
        const timer = setInterval(() => {
          if (!fake.events.isHeard('network:changed')) return;
          clearInterval(timer);
          aborter.abort();
        }, 5);
      },
    });
    expect([code, host.asked.at(-1)!.name]).toEqual([130, 'scenarios:stop']);
  });

  it('stops the one that runs', async () => {
    expect((await run('scenario stop', { 'scenarios:stop': () => status(runOf({ phase: 'stopped', elapsedSec: 4.26 })) })).out).toBe('“Node failure” was stopped after 4.3 s, seed 7; everything is back to normal.\n');
    expect((await run('scenario stop', { 'scenarios:stop': () => status(null) })).out).toBe('No scenario has run.\n');
  });
});

describe('vstack scenario export and import', () => {
  const saving = (saved: unknown[]) => ({
    'scenarios:save': (wish: Omit<Scenario, 'id' | 'isBuiltIn'> & { id?: string | undefined }) => {
      saved.push(wish);
      return { ...wish, id: wish.id ?? 'new', isBuiltIn: false };
    },
  });

  it('round trips through a file', async () => {
    const path = join(dir(), 'mine.json');
    const { out } = await run('scenario export node-failure', list);
    expect(JSON.parse(out)).toEqual(failure);
    expect((await run(`scenario export node-failure --out ${path}`, list)).code).toBe(0);
    expect(await readFile(path, 'utf8')).toBe(out);
    const saved: unknown[] = [];
    const imported = await run(`scenario import ${path}`, saving(saved));
    expect(imported.out).toBe('Imported new: 3 steps in 60 s. Play it with `vstack scenario run new`.\n');
    await run(`scenario import ${path} --replace`, saving(saved));
    const { id, isBuiltIn: _isBuiltIn, ...wish } = failure;
    expect(saved).toEqual([wish, { ...wish, id }]);
    const { lines } = await run('scenario export node-failure --json', list);
    expect(JSON.parse(lines[0]!.text as string)).toEqual(failure);
  });

  it.each([
    ['{', /is no JSON/], ['{}', /is no scenario: "version"/], [JSON.stringify({ ...failure, version: 2 }), /"version"/], [JSON.stringify({ ...failure, durationSec: -1 }), /"durationSec"/],
    [JSON.stringify({ ...failure, steps: [{ atSec: 1, target: { nodes: 'all' }, action: { kind: 'explode' } }] }), /"steps\.0\.action/],
  ])('refuses a file such as %.40s', async (content, message) => {
    const path = join(dir(), 'bad.json');
    await writeFile(path, content);
    const { code, err, host } = await run(`scenario import ${path}`);
    expect([code, host.asked]).toEqual([2, []]);
    expect(err).toMatch(message);
  });

  it('says when a file cannot be read or written, and when a scenario is not there', async () => {
    expect((await run(`scenario import ${join(dir(), 'none.json')}`)).code).toBe(4);
    expect((await run(`scenario export chaos --out ${join(dir(), 'none', 'x.json')}`, list)).code).toBe(2);
    expect((await run('scenario export nothing', list)).code).toBe(4);
    expect((await run('scenario delete mine', { 'scenarios:delete': () => ({}) })).out).toBe('mine is deleted.\n');
    expect((await run('scenario')).code).toBe(2);
  });
});
