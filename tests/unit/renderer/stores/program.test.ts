import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { type NativeBridge, provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useConnectionStore } from '../../../../renderer/stores/connection.ts';
import { useProgramStore } from '../../../../renderer/stores/program.ts';
import { systemInfo } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  setActivePinia(createPinia());
  bridge = fakeBridge({
    'system:info': () => systemInfo({ nextDataDir: '/next' }),
    'system:set-data-folder': () => ({ path: '/next' }),
    'system:open-folder': () => ({ path: '/logs', opened: false }),
    'system:diagnostics': () => ({ text: 'all' }),
  });
  provideBridge(bridge);
});

test('a new data folder is known at once', async () => {
  await useProgramStore().setDataFolder('/next');
  expect(useConnectionStore().info!.nextDataDir).toBe('/next');
});

test('a browser has no dialog to pick a folder with, the desktop program has', async () => {
  expect(useProgramStore().isDesktop()).toBe(false);
  expect(await useProgramStore().chooseFolder('/from')).toBeNull();
  const asked: unknown[] = [];
  provideBridge(Object.assign(Object.create(bridge) as FakeBridge, { native: { chooseFolder: (path?: string) => (asked.push(path), Promise.resolve('/picked')) } as unknown as NativeBridge }));
  expect(useProgramStore().isDesktop()).toBe(true);
  expect(await useProgramStore().chooseFolder('/from')).toBe('/picked');
  expect(asked).toEqual(['/from']);
});

test('folders and diagnostics are asked of the host', async () => {
  expect(await useProgramStore().openFolder('node', 'node-1')).toEqual({ path: '/logs', opened: false });
  expect(await useProgramStore().diagnostics()).toBe('all');
  expect(bridge.calls[0]).toEqual({ name: 'system:open-folder', input: { folder: 'node', nodeId: 'node-1' } });
});
