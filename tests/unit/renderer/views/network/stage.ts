/** What components of the network view stand on in tests: a scripted host behind the bridge, stores that know it, and addresses to go to. */
import { createPinia, setActivePinia } from 'pinia';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import type { NetworkStatus } from '../../../../../runtime/contract/control/network.ts';
import { busyNetwork, ownProfile, type ScriptedNetwork, scriptedNetwork } from '../../../../fixtures/scripted-door/network-states.ts';
import { clusterStatus } from '../../../../fixtures/scripted-door/states.ts';
import type { Scenario } from '../../../../../runtime/contract/network.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';

export interface NetworkStage {
  bridge: FakeBridge;
  host: ScriptedNetwork;
  router: Router;
  global: { plugins: [Router] };
  /** Inputs of a call, in the order they came. */
  callsTo(name: string): unknown[];
  /** What was not sent yet must not reach the next test's host. */
  close(): void;
}

export const openStage = async (status: NetworkStatus = busyNetwork(), scenarios: Scenario[] = []): Promise<NetworkStage> => {
  setActivePinia(createPinia());
  const host: ScriptedNetwork = scriptedNetwork(status, (name, data) => bridge.emit(name, data), { profiles: [ownProfile()], scenarios });
  const bridge: FakeBridge = fakeBridge(host.answers as FakeBridge['answers']);
  bridge.on('network:changed', (next) => useNetworkStore().apply(next));
  provideBridge(bridge);
  useClusterStore().apply(clusterStatus());
  await useNetworkStore().hydrate();
  bridge.calls.length = 0;
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }, { path: '/network/scenarios/:scenarioId', component: { template: '<i />' } }] });
  return { bridge, host, router, global: { plugins: [router] }, callsTo: (name) => bridge.calls.filter((call) => call.name === name).map(({ input }) => input), close: () => useNetworkStore().reset() };
};
