// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import AppFoot from '../../../../../renderer/components/frame/AppFoot.vue';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import { busyNetwork, linkStatus, networkStatus, profileSettings, scenarioRun } from '../../../../fixtures/scripted-door/network-states.ts';
import { type NetworkStage, openStage } from '../../views/network/stage.ts';

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage(networkStatus());
});
afterEach(() => stage.close());

const foot = async (address = '/library') => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<i />' } }] });
  await router.push(address);
  return mount(AppFoot, { global: { plugins: [router] } });
};

test('while all is normal there is nothing to say', async () => {
  expect((await foot()).find('.strip').exists()).toBe(false);
});

test('what is not normal is said in a line, with the way back', async () => {
  useNetworkStore().apply(networkStatus({ links: [linkStatus(1), linkStatus(2, profileSettings('3g'))], run: scenarioRun('chaos', 23) }));
  const strip = (await foot()).get('.strip');
  expect(strip.get('a').text()).toBe('node-2: 3G1 scenario running0:23 / 1:30');
  expect([strip.get('a').attributes('href'), strip.findAll('.warn, .busy').length]).toEqual(['/network', 2]);
  await strip.get('button').trigger('click');
  await flushPromises();
  expect(stage.callsTo('network:reset')).toHaveLength(1);
});

test('of many things the first three are named, and the worst gives the sign', async () => {
  useNetworkStore().apply(busyNetwork());
  const strip = (await foot()).get('.strip');
  expect(strip.get('.status').text()).toBe('node-2: 3G · node-3: Packet loss · node-4: Partition to client · 1 more');
  expect(strip.find('.status.bad').exists()).toBe(true);
});

test.each(['/network', '/network/scenarios/chaos'])('at %s the view says it itself', async (address) => {
  useNetworkStore().apply(busyNetwork());
  expect((await foot(address)).find('.strip').exists()).toBe(false);
});
