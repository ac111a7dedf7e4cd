// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useNetworkActions } from '../../../../renderer/composables/network-actions.ts';
import { useProfileActions } from '../../../../renderer/composables/profile-actions.ts';
import { useScenarioActions } from '../../../../renderer/composables/scenario-actions.ts';
import { useNetworkStore } from '../../../../renderer/stores/network.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { normalLink } from '../../../../runtime/contract/link.ts';
import { builtInScenarios } from '../../../../runtime/contract/network.ts';
import { busyNetwork, networkStatus, ownProfile, profileSettings, scenarioRun, type ScriptedNetwork, scriptedNetwork } from '../../../fixtures/scripted-door/network-states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let host: ScriptedNetwork;

const begin = async (status = busyNetwork()): Promise<void> => {
  host = scriptedNetwork(status, (name, data) => bridge.emit(name, data), { profiles: [ownProfile()], scenarios: [{ ...builtInScenarios[1]!, id: 'mine', name: 'Mine', isBuiltIn: false }] });
  bridge = fakeBridge(host.answers as FakeBridge['answers']);
  provideBridge(bridge);
  setActivePinia(createPinia());
  await useNetworkStore().hydrate();
};
beforeEach(() => begin());

const toasts = (): unknown[] => useToastStore().toasts.map(({ tone, title, detail }) => [tone, title, detail]);
const undo = async (): Promise<void> => {
  const toast = useToastStore().toasts.find(({ action }) => action !== null)!;
  useToastStore().act(toast.id);
  await vi.waitFor(() => expect(useToastStore().toasts).toEqual([]));
};
const refuse = (name: string): void => {
  bridge.answers[name] = () => Promise.reject(new VStackError('unavailable', 'No emulator.'));
};

describe('setting a link', () => {
  test('that fails is told with what was kept, once for all that was dragged', async () => {
    refuse('network:set');
    const { set } = useNetworkActions();
    const worked = await Promise.all([1, 2, 3].map((latencyMs) => set(['node-2'], { toNode: { latencyMs } }, 'Latency')));
    expect(worked).toEqual([false, false, false]);
    expect(toasts()).toEqual([['bad', 'Latency of node-2 could not be set', 'No emulator. It stays as it was: 300 ms, 1.6 Mbit/s down, 768 kbit/s up.']]);
    // Two calls failed, the first and what was merged behind it.
    expect(useToastStore().toasts[0]!.count).toBe(2);
  });
  test('to a profile that fails is told too', async () => {
    refuse('network:apply-profile');
    expect(await useNetworkActions().applyProfile('all', { id: 'lte', name: 'LTE' })).toBe(false);
    expect(toasts()).toEqual([['bad', 'LTE could not be applied to all links', 'No emulator. They stay as they were.']]);
  });
  test('to nothing takes everything away', async () => {
    expect(await useNetworkActions().clear(['node-3'])).toBe(true);
    expect(host.status().links[2]!.settings).toEqual(normalLink);
  });
});

describe('back to normal', () => {
  test('says how much was set, and sets it again when that was a mistake', async () => {
    const before = host.status().links;
    await useNetworkActions().backToNormal();
    expect(host.status().links.every(({ isNormal }) => isNormal)).toBe(true);
    expect(toasts()).toEqual([['ok', 'Back to normal: 4 links', 'Everything passes at once again.']]);
    await undo();
    await vi.waitFor(() => expect(host.status().links).toEqual(before));
  });
  test('ends the scenario that runs', async () => {
    await begin(networkStatus({ run: scenarioRun('chaos', 3) }));
    await useNetworkActions().backToNormal();
    expect(toasts()).toEqual([['ok', 'Everything is back to normal', '"Chaos test" was ended.']]);
    expect(host.status().run!.phase).toBe('stopped');
  });
  test('that fails is told', async () => {
    refuse('network:reset');
    await useNetworkActions().backToNormal();
    expect(toasts()).toEqual([['bad', 'Not everything went back to normal', 'No emulator.']]);
  });
});

describe('profiles', () => {
  test('are saved with what they do in words, and replace the one of the same name', async () => {
    const { save } = useProfileActions();
    await save('Tunnel', profileSettings('degraded'));
    await save('Tunnel', profileSettings('3g'));
    expect(host.profiles().filter(({ name }) => name === 'Tunnel')).toMatchObject([{ id: 'tunnel', description: '300 ms, 1.6 Mbit/s down, 768 kbit/s up' }]);
    expect(toasts()).toMatchObject([['ok', 'Profile "Tunnel" was saved', expect.any(String)], ['ok', 'Profile "Tunnel" was replaced', expect.any(String)]]);
  });
  test('are renamed, keeping everything else', async () => {
    await useProfileActions().rename(ownProfile(), 'Day train');
    expect(host.profiles().at(-1)).toEqual({ ...ownProfile(), name: 'Day train' });
  });
  test('are deleted with a way back', async () => {
    await useProfileActions().remove(ownProfile());
    expect(host.profiles().some(({ id }) => id === 'night-train')).toBe(false);
    await undo();
    expect(host.profiles().at(-1)).toEqual(ownProfile());
  });
  test('that cannot be deleted stay, and say why', async () => {
    refuse('network:delete-profile');
    await useProfileActions().remove(ownProfile());
    expect(toasts()).toEqual([['bad', 'Profile "Night train" could not be deleted', 'No emulator.']]);
  });
});

describe('scenarios', () => {
  const mine = () => host.scenarios().find(({ id }) => id === 'mine')!;

  test('are played with a seed or without, and stopped', async () => {
    const { play, stop } = useScenarioActions();
    await play(mine(), 7);
    expect(host.status().run).toMatchObject({ seed: 7, phase: 'running' });
    await stop();
    expect(host.status().run!.phase).toBe('stopped');
  });
  test('that cannot be played say why', async () => {
    refuse('scenarios:run');
    await useScenarioActions().play(mine());
    expect(toasts()).toEqual([['bad', '"Mine" could not be played', 'No emulator.']]);
  });
  test('are deleted with a way back', async () => {
    const before = mine();
    await useScenarioActions().remove(before);
    expect(host.scenarios().some(({ id }) => id === 'mine')).toBe(false);
    await undo();
    expect(mine()).toEqual(before);
  });
  test('come from a file and are saved as new ones', async () => {
    const text = JSON.stringify({ ...mine(), name: 'From a friend' });
    const saved = await useScenarioActions().importFile({ name: 's.json', text: () => Promise.resolve(text) });
    expect(saved).toMatchObject({ id: 'from-a-friend', isBuiltIn: false, steps: mine().steps });
    expect(toasts()).toEqual([['ok', 'Scenario "From a friend" was imported', '4 steps, 1:30']]);
  });
  test('that no file holds are told, and nothing is saved', async () => {
    expect(await useScenarioActions().importFile({ name: 'cat.json', text: () => Promise.resolve('{"name":"Cat"}') })).toBeNull();
    expect(toasts()).toMatchObject([['bad', 'The scenario could not be imported', expect.stringMatching(/^"cat\.json" is no scenario\. version: /)]]);
    expect(bridge.calls.some(({ name }) => name === 'scenarios:save')).toBe(false);
  });
  test('leave as a file that comes back as what it was', async () => {
    const blobs: Blob[] = [];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (blob: Blob) => (blobs.push(blob), 'blob:x'), revokeObjectURL: () => undefined }));
    useScenarioActions().exportFile(mine());
    const saved = await useScenarioActions().importFile({ name: 's.json', text: () => blobs[0]!.text() });
    expect(saved).toMatchObject({ name: 'Mine', steps: mine().steps, durationSec: mine().durationSec });
    vi.unstubAllGlobals();
  });
});
