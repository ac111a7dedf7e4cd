import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useConsoleStore } from '../../../../renderer/stores/console.ts';
import { fakeBridge } from '../fake-bridge.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  setActivePinia(createPinia());
});
afterEach(() => vi.unstubAllGlobals());

test('commands used lately are remembered, the latest first, each once, over a restart', () => {
  const memory = useConsoleStore();
  for (const id of ['a', 'b', 'a']) memory.remember(id);
  setActivePinia(createPinia());
  expect(useConsoleStore().recentIds).toEqual(['a', 'b']);
});

test('only the last few are kept', () => {
  const memory = useConsoleStore();
  for (let index = 0; index < 40; index++) memory.remember(`c${index}`);
  expect(memory.recentIds[0]).toBe('c39');
  expect(memory.recentIds).toHaveLength(12);
});

test.each(['{', '"text"', '[1, null]', '{"a":1}'])('what cannot be understood (%s) is forgotten', (text) => {
  kept.set('vstack.recent-commands', text);
  expect(useConsoleStore().recentIds).toEqual([]);
});

test('a call goes to the host with its signal', async () => {
  let seen: AbortSignal | undefined;
  const bridge = fakeBridge({ 'nodes:kill': (_input, { signal }) => ((seen = signal), {}) });
  provideBridge(bridge);
  const { signal } = new AbortController();
  await useConsoleStore().run('nodes:kill', { nodeId: 'node-1' }, signal);
  expect(bridge.calls).toEqual([{ name: 'nodes:kill', input: { nodeId: 'node-1' } }]);
  expect(seen).toBe(signal);
});
