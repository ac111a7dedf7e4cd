import { describe, expect, it } from 'vitest';
import type { LinkStatus, NetworkSample, NetworkStatus } from '../../../../runtime/contract/control/network.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { changeLink, normalLink, type LinkChange } from '../../../../runtime/contract/link.ts';
import { builtInProfiles, builtInScenarios } from '../../../../runtime/contract/network.ts';
import { setUpCli } from '../../../fixtures/cli.ts';
import { noTraffic } from '../../../fixtures/supervision/fake-emulator.ts';

const { run, runArgs } = setUpCli();

const link = (nodeId: string, change: LinkChange = {}, overrides: Partial<LinkStatus> = {}): LinkStatus => ({
  nodeId, url: `http://127.0.0.1:8${nodeId.at(-1)}`, settings: changeLink(normalLink, change), profileId: null, isNormal: Object.keys(change).length === 0, ...overrides,
});
const both = (change: LinkChange['toNode']): LinkChange => ({ toNode: change, toClient: change });
const status = (...links: LinkStatus[]): NetworkStatus => ({ isReady: true, links, run: null });
const shaped = status(
  link('node-1'),
  link('node-2', { toNode: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 1_000_000 }, toClient: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 5_000_000, loss: { model: 'bernoulli', share: 0.02 } } }),
  link('node-3', { partition: 'both' }),
  link('node-4', { isFailed: true }, { profileId: 'node-failure' }),
  link('node-5', { resetShare: 0.05 }, { url: null }),
);

describe('vstack net show', () => {
  it('shows every link as people say it', async () => {
    const { code, out } = await run('net show', { 'network:show': () => shaped });
    expect(code).toBe(0);
    const rows = out.split('\n');
    expect(rows[0]).toMatch(/^NODE +STATE +ADDED RTT +DOWN +UP +LOSS +PROFILE +ADDRESS$/);
    expect(rows[1]).toMatch(/^node-1 +normal +0 ms +unlimited +unlimited +0 % +– +http:\/\/127\.0\.0\.1:81$/);
    expect(rows[2]).toMatch(/^node-2 +shaped +150 ± 20 ms +5 Mbit\/s +1 Mbit\/s +2 % \/ 0 % +–/);
    expect(rows[3]).toMatch(/^node-3 +nothing passes either way/);
    expect(rows[4]).toMatch(/^node-4 +failed .* node-failure /);
    expect(rows[5]).toMatch(/^node-5 +5 % reset .* –$/);
  });

  it('says so when nothing can be reached, when nothing runs, and when a scenario plays', async () => {
    expect((await run('net show', { 'network:show': () => ({ ...shaped, isReady: false }) })).out).toContain('no client reaches a node');
    expect((await run('net show', { 'network:show': () => status() })).out).toContain('has not been launched');
    const run1 = { scenario: builtInScenarios[0]!, seed: 1, startedAtMs: 1, elapsedSec: 12.4, phase: 'running' as const, done: [], problem: null };
    expect((await run('net show', { 'network:show': () => ({ ...shaped, run: run1 }) })).out).toContain('“Normal operation” runs: 12 s of 60 s');
    expect(await run('net show', {}, { isRunning: false })).toMatchObject({ code: 3 });
  });

  it('measures when asked to, from the second sample on', async () => {
    const sample = (rttMs: number | null): NetworkSample => ({
      atMs: 1, links: [{ nodeId: 'node-1', rttMs, bitsPerSecondToClient: 4_200_000, bitsPerSecondToNode: 31_000, addedDelayMs: 1, heldShare: 0.25, counters: noTraffic }],
    });
    const { out } = await run('net show --measured', { 'network:show': () => status(link('node-1'), link('node-2')) }, {
      onHost: (host) => {
        const timer = setInterval(() => {
          if (!host.events.isHeard('network:sample')) return;
          clearInterval(timer);
          host.events.emit('network:sample', sample(null));
          host.events.emit('network:sample', sample(151.6));
        }, 5);
      },
    });
    expect(out).toMatch(/node-1 .* 152 ms +4\.2 Mbit\/s +31 kbit\/s +25 % +http/);
    expect(out).toMatch(/node-2 .* – +– +– +– +http/);
  });

  it('prints one object with --json, names in snake_case', async () => {
    const { lines } = await run('net show --json', { 'network:show': () => shaped });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ event: 'result', is_ready: true, links: [{ node_id: 'node-1', is_normal: true, settings: { to_node: { latency_ms: 0 } } }, {}, {}, {}, {}] });
  });
});

describe('vstack net set', () => {
  const asked = async (line: string): Promise<unknown> => (await run(line, { 'network:set': () => shaped })).host.asked.find(({ name }) => name === 'network:set')?.input;

  it('changes what it names, on one node, some or all', async () => {
    expect(await asked('net set node-2 --rtt 150 --jitter 20 --rate 5mbit --up 1mbit --loss 2% --partition both --failed on')).toEqual({
      nodeIds: ['node-2'],
      change: {
        toNode: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 1_000_000, loss: { model: 'bernoulli', share: 0.02 } },
        toClient: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 5_000_000, loss: { model: 'bernoulli', share: 0.02 } },
        partition: 'both', isFailed: true,
      },
    });
    expect(await asked('net set all --resets 5% --slow-close 2s --failed off')).toEqual({ nodeIds: 'all', change: { isFailed: false, resetShare: 0.05, slowCloseMs: 2000 } });
    expect(await asked('net set node-1 node-2,node-3 --rate unlimited')).toEqual({ nodeIds: ['node-1', 'node-2', 'node-3'], change: both({ bitsPerSecond: null }) });
    expect(await asked('net set node-1 --bursts 1%,30%,50% --partition none')).toMatchObject({ change: { toNode: { loss: { model: 'gilbert-elliott', lossInBad: 0.5 } }, partition: 'none' } });
  });

  it.each([
    ['net set node-1', /Expected something to change/], ['net set', /missing required argument/], ['net set node-1 --rtt soon', /such as 150, 150ms or 1\.5s/], ['net set node-1 --loss 2', /such as 2%/],
    ['net set node-1 --rate 5', /such as 5mbit/], ['net set node-1 --partition up', /none, to-node, to-client, both/], ['net set node-1 --failed yes', /on, off/], ['net set node-1 --speed 5', /unknown option/],
    ['net profile node-1', /expected nodes and a profile/], ['net save x', /Expected a link to copy/], ['net', /Usage: vstack net/],
  ])('%s is bad usage', async (line, message) => {
    const { code, err, host } = await run(line);
    expect([code, host.asked]).toEqual([2, []]);
    expect(err).toMatch(message);
  });

  it('saves no profile without a name', async () => {
    const { code, err, host } = await runArgs(['net', 'save', ' ', '--rtt', '80']);
    expect([code, host.asked]).toEqual([2, []]);
    expect(err).toContain('Expected a name; the value is empty.');
  });

  it('passes on what the host refuses', async () => {
    const refuse = () => {
      throw new VStackError('not_found', 'There is no node "node-9" in the cluster.');
    };
    expect(await run('net set node-9 --failed on', { 'network:set': refuse })).toMatchObject({ code: 4, err: expect.stringContaining('node-9') });
    const { code, lines } = await run('net set node-9 --failed on --json', { 'network:set': refuse });
    expect([code, lines]).toEqual([4, [{ event: 'error', code: 'not_found', detail: 'There is no node "node-9" in the cluster.' }]]);
  });
});

describe('vstack net profile, save, delete and reset', () => {
  it('lists the profiles, or applies one', async () => {
    const { out } = await run('net profile', { 'network:profiles': () => ({ profiles: [...builtInProfiles, { ...builtInProfiles[0]!, id: 'mine', name: 'Mine\u001b', isBuiltIn: false }] }) });
    expect(out).toMatch(/^3g +3G +built-in +300 ms, 1\.6 Mbit\/s down, 768 kbit\/s up$/m);
    expect(out).toMatch(/^mine +Mine· +own +20 ± 5 ms, 50 Mbit\/s$/m);
    const { host, code } = await run('net profile node-1,node-2 lte', { 'network:apply-profile': () => shaped });
    expect([code, host.asked.map(({ input }) => input)]).toEqual([0, [{ nodeIds: ['node-1', 'node-2'], profileId: 'lte' }]]);
    expect((await run('net profile all 4g', { 'network:apply-profile': () => { throw new VStackError('not_found', 'There is no profile "4g".'); } })).code).toBe(4);
  });

  it('saves what a link is set to, with what is changed of it', async () => {
    const saved: unknown[] = [];
    const handlers = {
      'network:show': () => shaped,
      'network:save-profile': (wish: { name: string; settings: LinkStatus['settings']; description: string }) => {
        saved.push(wish);
        return { ...wish, id: 'hotel', isBuiltIn: false };
      },
    };
    const { out } = await runArgs(['net', 'save', 'Hotel Wi-Fi', '--from', 'node-2', '--loss', '0%', '--description', 'In the lobby'], handlers);
    expect(saved).toEqual([{ name: 'Hotel Wi-Fi', description: 'In the lobby', settings: changeLink(shaped.links[1]!.settings, both({ loss: { model: 'bernoulli', share: 0 } })) }]);
    expect(out).toBe('Saved hotel: 150 ± 20 ms, 5 Mbit/s down, 1 Mbit/s up.\n');
    await run('net save Slow --rate 1mbit', handlers);
    expect(saved[1]).toMatchObject({ settings: changeLink(normalLink, both({ bitsPerSecond: 1_000_000 })) });
    expect(await run('net save X --from node-9', handlers)).toMatchObject({ code: 4, err: expect.stringContaining('known: node-1, node-2') });
    expect((await run('net delete hotel', { 'network:delete-profile': () => ({}) })).out).toBe('hotel is deleted.\n');
    expect((await run('net delete lte', { 'network:delete-profile': () => { throw new VStackError('forbidden', 'It comes with the program.'); } })).code).toBe(1);
  });

  it('goes back to normal', async () => {
    const { out, host } = await run('net reset', { 'network:reset': () => status(link('node-1')) });
    expect(out).toMatch(/node-1 +normal/);
    expect(host.asked.map(({ name }) => name)).toEqual(['network:reset']);
  });
});
