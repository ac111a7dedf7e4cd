import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { SET_STEP_MS, useNetworkStore } from '../../../../renderer/stores/network.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';
import { busyNetwork, networkStatus, profileSettings, scenarioRun, type ScriptedNetwork, scriptedNetwork } from '../../../fixtures/scripted-door/network-states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
let host: ScriptedNetwork;

beforeEach(async () => {
  host = scriptedNetwork(networkStatus(), (name, data) => bridge.emit(name, data));
  bridge = fakeBridge(host.answers as FakeBridge['answers']);
  provideBridge(bridge);
  setActivePinia(createPinia());
  await useNetworkStore().hydrate();
  bridge.calls.length = 0;
});
afterEach(() => vi.useRealTimers());

const settingsOf = (nodeId: string) => useNetworkStore().linkOf(nodeId)!.settings;
const callsTo = (name: string): unknown[] => bridge.calls.filter((call) => call.name === name).map(({ input }) => input);

describe('what a person sets', () => {
  test('is shown at once, with the profile it amounts to, and is the host\'s word once that has come', async () => {
    const network = useNetworkStore();
    const done = network.set(['node-2'], profileSettings('3g'));
    expect([network.linkOf('node-2')!.profileId, network.linkOf('node-2')!.isNormal, network.isDisturbed]).toEqual(['3g', false, true]);
    expect(network.linkOf('node-1')!.isNormal).toBe(true);
    await done;
    expect(network.status!.links[1]!.profileId).toBe('3g');
    expect(callsTo('network:set')).toEqual([{ nodeIds: ['node-2'], change: profileSettings('3g') }]);
  });

  test('stays while the host tells of something older, until the host has answered', async () => {
    vi.useFakeTimers();
    const network = useNetworkStore();
    let free = (): void => undefined;
    const set = host.answers['network:set']! as (input: never) => unknown;
    bridge.answers['network:set'] = (input) => new Promise((resolve) => (free = () => resolve(set(input))));
    void network.set('all', { toNode: { latencyMs: 40 } });
    network.apply(networkStatus());
    expect(settingsOf('node-3').toNode.latencyMs).toBe(40);
    void network.set('all', { toNode: { latencyMs: 50 } });
    free();
    await vi.advanceTimersByTimeAsync(0);
    expect([network.status!.links[0]!.settings.toNode.latencyMs, settingsOf('node-1').toNode.latencyMs]).toEqual([40, 50]);
    await vi.advanceTimersByTimeAsync(SET_STEP_MS);
    free();
    await vi.advanceTimersByTimeAsync(0);
    expect(network.status!.links[0]!.settings.toNode.latencyMs).toBe(50);
  });

  test('that the host refuses is gone again', async () => {
    bridge.answers['network:set'] = () => Promise.reject(new VStackError('unavailable', 'no emulator'));
    const network = useNetworkStore();
    await expect(network.set(['node-1'], { isFailed: true })).rejects.toThrow('no emulator');
    expect([settingsOf('node-1').isFailed, network.isDisturbed]).toEqual([false, false]);
  });

  test('and had not sent yet gives way to what decides about whole links', async () => {
    vi.useFakeTimers();
    const network = useNetworkStore();
    void network.set('all', { toNode: { latencyMs: 1 } });
    void network.set('all', { toNode: { latencyMs: 2 } });
    await network.backToNormal();
    await vi.advanceTimersByTimeAsync(5 * SET_STEP_MS);
    expect(callsTo('network:set')).toHaveLength(1);
    expect(network.isDisturbed).toBe(false);
  });
});

test('what is not normal is told by links and by the scenario that runs', () => {
  const network = useNetworkStore();
  expect([network.isDisturbed, network.abnormal]).toEqual([false, []]);
  network.apply(busyNetwork());
  expect(network.abnormal.map(({ look }) => look.full)).toEqual(['3G', 'Packet loss', 'Partition to client', 'Node failure']);
  network.apply(networkStatus({ run: scenarioRun('chaos', 5) }));
  expect([network.isDisturbed, network.running?.scenario.id]).toEqual([true, 'chaos']);
  network.apply(networkStatus({ run: scenarioRun('chaos', 90, { phase: 'ended' }) }));
  expect([network.isDisturbed, network.running, network.run?.phase]).toEqual([false, null, 'ended']);
});

test('profiles and scenarios are applied, played and stopped by the host, whose answer is shown', async () => {
  const network = useNetworkStore();
  await network.applyProfile(['node-1', 'node-4'], 'lte');
  expect(network.links.map(({ profileId }) => profileId)).toEqual(['lte', null, null, 'lte', null]);
  await network.runScenario('recovery');
  await network.stopScenario();
  await network.runScenario('chaos', 42);
  expect(network.running).toMatchObject({ seed: 42, scenario: { id: 'chaos' } });
  expect(callsTo('scenarios:run')).toEqual([{ scenarioId: 'recovery' }, { scenarioId: 'chaos', seed: 42 }]);
});

test('what is saved is in the lists at once', async () => {
  const network = useNetworkStore();
  const profile = await network.saveProfile({ name: 'Night train', description: '', settings: profileSettings('3g') });
  expect(network.profiles.at(-1)).toMatchObject({ id: 'night-train', isBuiltIn: false });
  await network.deleteProfile(profile.id);
  expect(network.profiles).toHaveLength(builtInProfiles.length);
  const scenario = await network.saveScenario({ version: 1, name: 'Mine', description: '', durationSec: 5, steps: [] });
  expect(network.scenarios.at(-1)!.id).toBe('mine');
  await network.deleteScenario(scenario.id);
  expect(network.scenarios.some(({ id }) => id === 'mine')).toBe(false);
});

test('a host that cannot tell leaves what was known, and its reason', async () => {
  const network = useNetworkStore();
  bridge.answers['network:show'] = () => Promise.reject(new VStackError('unavailable', 'busy'));
  await network.hydrate();
  expect([String(network.problem), network.links.length]).toEqual(['VStackError: busy', 5]);
  bridge.answers['network:show'] = () => networkStatus();
  bridge.answers['scenarios:list'] = () => Promise.reject(new VStackError('unavailable', 'busy'));
  network.reset();
  await network.hydrate();
  // One failed answer does not hide the other.
  expect([network.links.length, String(network.problem)]).toEqual([5, 'VStackError: busy']);
});
