import { describe, expect, it } from 'vitest';
import type { Permission } from '../../../runtime/contract/control/call.ts';
import { calls, type CallName } from '../../../runtime/contract/control/index.ts';
import { ALL_PERMISSIONS } from '../../../runtime/host/dispatcher.ts';
import { badInputs, goodInputs } from '../../fixtures/call-inputs.ts';
import { createFakeHost, stoppedCluster } from '../../fixtures/fake-host.ts';

const allow = (...permissions: Permission[]) => ({ permissions: new Set(permissions) });
const names = Object.keys(calls) as CallName[];

describe('the dispatcher', () => {
  it.each(names)('refuses a bad input of %s and does not run it', async (name) => {
    const host = createFakeHost();
    for (const input of badInputs[name]) {
      await expect(host.dispatcher.dispatch(name, input, allow('read', 'write', 'execute'))).rejects.toMatchObject({ code: 'bad_request' });
    }
    expect(host.asked).toEqual([]);
  });

  it.each(names)('runs %s only for a caller with the permission it needs', async (name) => {
    const host = createFakeHost();
    const others = [...ALL_PERMISSIONS].filter((permission) => permission !== calls[name].needs);
    await expect(host.dispatcher.dispatch(name, goodInputs[name] ?? {}, allow(...others))).rejects.toMatchObject({ code: 'forbidden' });
    expect(host.asked).toEqual([]);
    await expect(host.dispatcher.dispatch(name, goodInputs[name] ?? {}, allow(calls[name].needs))).rejects.toMatchObject({ code: 'not_supported' });
    expect(host.asked.map((call) => call.name)).toEqual([name]);
  });

  it('knows only the calls of the contract', async () => {
    const host = createFakeHost();
    for (const name of ['cluster:explode', 'toString', '__proto__', '']) {
      await expect(host.dispatcher.dispatch(name, {}, allow('read', 'write', 'execute'))).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('hands the handler a parsed input with its defaults', async () => {
    const host = createFakeHost({ 'videos:list': () => ({ videos: [], totalCount: 0 }) });
    await host.dispatcher.dispatch('videos:list', { limit: 3, unknown: 1 }, allow('read'));
    expect(host.asked).toEqual([{ name: 'videos:list', input: { limit: 3, offset: 0 } }]);
  });

  it('takes a missing input for an empty one', async () => {
    const host = createFakeHost({ 'cluster:status': () => stoppedCluster() });
    expect(await host.dispatcher.dispatch('cluster:status', undefined, allow('read'))).toMatchObject({ phase: 'stopped' });
  });

  it('ends a cancelled call at once, also when its handler does not listen', async () => {
    const aborter = new AbortController();
    const host = createFakeHost({ 'cluster:stop': () => new Promise(() => {}) });
    const call = host.dispatcher.dispatch('cluster:stop', {}, { ...allow('execute'), signal: aborter.signal });
    aborter.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(host.dispatcher.dispatch('cluster:stop', {}, { ...allow('execute'), signal: aborter.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('tells the handler that its call was cancelled', async () => {
    const aborter = new AbortController();
    let heard = false;
    const host = createFakeHost({ 'cluster:launch': (_input, { signal }) => new Promise(() => signal.addEventListener('abort', () => (heard = true))) });
    const call = host.dispatcher.dispatch('cluster:launch', {}, { ...allow('execute'), signal: aborter.signal });
    aborter.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard).toBe(true);
  });

  it('turns a failure that nobody expected into `internal`, and an output of the wrong shape as well', async () => {
    const host = createFakeHost({
      'cluster:status': () => {
        throw new TypeError('undefined is not a function');
      },
      'uploads:list': () => ({ uploads: 'none' }) as never,
    });
    await expect(host.dispatcher.dispatch('cluster:status', {}, allow('read'))).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('undefined is not') });
    await expect(host.dispatcher.dispatch('uploads:list', {}, allow('read'))).rejects.toMatchObject({ code: 'internal' });
  });

  it('cancels what runs when it closes, and refuses what comes later', async () => {
    const host = createFakeHost({ 'cluster:stop': () => new Promise(() => {}) });
    const call = host.client.call('cluster:stop', {});
    host.dispatcher.close();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(host.client.call('cluster:stop', {})).rejects.toMatchObject({ code: 'not_running' });
  });
});
