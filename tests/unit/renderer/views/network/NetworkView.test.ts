// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import { useLinkSampleStore } from '../../../../../renderer/stores/link-samples.ts';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import NetworkView from '../../../../../renderer/views/network/NetworkView.vue';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import { busyNetwork, busySample, networkStatus } from '../../../../fixtures/scripted-door/network-states.ts';
import { stoppedCluster } from '../../../../fixtures/scripted-door/states.ts';
import { allInPage, mountAttached, point, settle } from '../../components/attached.ts';
import { type NetworkStage, openStage } from './stage.ts';

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const show = async (address = '/network') => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/network', component: NetworkView, children: [{ path: '/network/scenarios/:scenarioId', component: { template: '<i />' } }] }, { path: '/:any(.*)*', component: { template: '<i />' } }] });
  await router.push(address);
  const page = mountAttached({ template: '<RouterView />' }, { global: { plugins: [router], stubs: { TimeSeries: true } } });
  await flushPromises();
  return { page, router };
};
const reset = (page: Awaited<ReturnType<typeof show>>['page']) => page.get<HTMLButtonElement>('button.reset');

describe('the view', () => {
  test('listens to measurements only while it is shown', async () => {
    const { page } = await show();
    stage.bridge.emit('network:sample', busySample());
    expect(useLinkSampleStore().links.size).toBe(5);
    page.unmount();
    expect(useLinkSampleStore().shown).toBeNull();
  });

  test('opens the link that its address names, and says in the address which is open', async () => {
    const { page, router } = await show('/network?node=node-2');
    expect(page.find('[aria-label="More of the link to node-2"]').exists()).toBe(true);
    await page.get('[aria-label="More of node-4"]').trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.fullPath).toBe('/network?node=node-4');
    await page.get('[aria-label="More of node-4"]').trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.fullPath).toBe('/network');
  });

  test('shows the scenario that its address names beside everything else', async () => {
    const { page } = await show('/network/scenarios/chaos?node=node-1');
    expect([page.get('.stage h3').text(), page.find('[aria-label="More of the link to node-1"]').exists()]).toEqual(['Chaos test', true]);
  });

  test('offers the way back to normal whenever there is one', async () => {
    const { page } = await show();
    expect([reset(page).classes('primary'), reset(page).element.disabled]).toEqual([true, false]);
    await reset(page).trigger('click');
    await flushPromises();
    expect([stage.callsTo('network:reset').length, reset(page).classes('primary'), reset(page).element.disabled]).toEqual([1, false, true]);
  });

  test('saves the settings of a link from its list of profiles', async () => {
    const { page } = await show();
    await point(page.get('[aria-label^="Profile of node-3"]').element);
    await point(allInPage('[role="menuitem"]').find((item) => item.textContent?.includes('Save as profile…'))!);
    await settle();
    const name = allInPage('[role="dialog"] input')[0] as HTMLInputElement;
    name.value = 'Tunnel';
    name.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
    allInPage('[role="dialog"] button').find((button) => button.textContent?.trim() === 'Save profile')!.click();
    await vi.waitFor(() => expect(stage.host.profiles().at(-1)).toMatchObject({ name: 'Tunnel', settings: busyNetwork().links[2]!.settings }));
    await vi.waitFor(() => expect(useToastStore().toasts.map(({ title }) => title)).toEqual(['Profile "Tunnel" was saved']));
  });
});

describe('when there is nothing to set', () => {
  test('without a cluster it says what will be here, and still shows profiles and scenarios', async () => {
    useClusterStore().apply(stoppedCluster());
    useNetworkStore().apply(networkStatus({ links: [], isReady: false }));
    const { page, router } = await show();
    expect([page.get('h2.title').text(), page.findAll('.entry').length, page.findAll('.apply').every((apply) => 'disabled' in apply.attributes())]).toEqual(['No links yet', 5, true]);
    expect(page.get('.stage footer').text()).toContain('It needs a cluster that runs.');
    await page.findAll('button').find((button) => button.text() === 'Launch a cluster')!.trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.path).toBe('/cluster');
  });
  test('without the emulator it says that nobody reaches the nodes', async () => {
    useNetworkStore().apply(busyNetwork({ isReady: false }));
    const { page } = await show();
    expect(page.get('.notice[role="alert"]').text()).toMatch(/^The link emulator does not run/);
    expect(page.get('.stage footer').text()).toContain('It waits for the link emulator.');
  });
  test('when it cannot be read it says why, and tries again', async () => {
    useNetworkStore().reset();
    stage.bridge.answers['network:show'] = () => Promise.reject(new VStackError('unavailable', 'The host is busy.'));
    await useNetworkStore().hydrate();
    const { page } = await show();
    expect(page.text()).toContain('The links could not be readThe host is busy. Whatever is set stays as it is.');
    stage.bridge.answers['network:show'] = () => networkStatus();
    await page.findAll('button').find((button) => button.text() === 'Try again')!.trigger('click');
    await flushPromises();
    expect(page.find('[aria-label="All links"]').exists()).toBe(true);
  });
});
