// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import { useLinkSampleStore } from '../../../../../renderer/stores/link-samples.ts';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import { useTrafficStore } from '../../../../../renderer/stores/traffic.ts';
import AllLinksRow from '../../../../../renderer/views/network/AllLinksRow.vue';
import ClientBus from '../../../../../renderer/views/network/ClientBus.vue';
import LinkMore from '../../../../../renderer/views/network/LinkMore.vue';
import LinkPanel from '../../../../../renderer/views/network/LinkPanel.vue';
import LinkRow from '../../../../../renderer/views/network/LinkRow.vue';
import { LATENCY_MS_MAX, SLOW_CLOSE_MS_MAX } from '../../../../../runtime/contract/link.ts';
import { trafficSample } from '../../../../fixtures/scripted-door/cluster-states.ts';
import { busyNetwork, busySample, networkStatus, ownProfile } from '../../../../fixtures/scripted-door/network-states.ts';
import { clusterStatus, node } from '../../../../fixtures/scripted-door/states.ts';
import { type NetworkStage, openStage } from './stage.ts';

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const row = (nodeId: string, props: Record<string, unknown> = {}) => mount(LinkRow, { props: { link: useNetworkStore().linkOf(nodeId)!, ...props }, global: stage.global });
const type = async (input: { element: HTMLInputElement; trigger: (name: string) => Promise<void> }, text: string): Promise<void> => {
  input.element.value = text;
  await input.trigger('change');
  await flushPromises();
};

describe('the row of a link', () => {
  test('says what is set and beside it what is measured', () => {
    for (let tick = 0; tick < 6; tick++) useLinkSampleStore().apply({ ...busySample(tick), atMs: 1_000 + tick * 500 });
    const of = row('node-3');
    expect(of.findAll('.control').map((control) => (control.get('input').element as HTMLInputElement).value)).toEqual(['30', '10', '40', '40', '15']);
    const [latency, jitter, down, up, held] = of.findAll('.now').map((now) => now.text().replace('measured ', ''));
    expect([Number(latency) > 20 && Number(latency) < 42, jitter!.startsWith('±'), Number(down) > 3, up, Number(held) > 20]).toEqual([true, true, true, '0.18', true]);
    expect(of.attributes('aria-label')).toBe('Link to node-3');
  });
  test('sends what is set to the host, of its link only', async () => {
    const of = row('node-2');
    await type(of.get<HTMLInputElement>('[aria-label="Loss in percent, node-2"]'), '5');
    await of.get('[aria-label="Node failure, node-2"]').trigger('click');
    await flushPromises();
    const loss = { model: 'bernoulli', share: 0.05 };
    expect(stage.callsTo('network:set')[0]).toEqual({ nodeIds: ['node-2'], change: { toNode: { loss }, toClient: { loss } } });
    expect(useNetworkStore().linkOf('node-2')!.settings.isFailed).toBe(true);
  });
  test('names its profile, or says that it has none', () => {
    expect(['node-1', 'node-2', 'node-4', 'node-5'].map((nodeId) => row(nodeId).get('.profile').attributes('aria-label'))).toEqual([
      'Profile of node-1: Clear', 'Profile of node-2: 3G', 'Profile of node-4: Partition to client', 'Profile of node-5: Node failure',
    ]);
  });
  test('of a node that does not run says so', () => {
    useClusterStore().apply(clusterStatus({ children: [node(1, { phase: 'paused' })] }));
    expect(row('node-1').get('.phase').text()).toBe('Paused');
  });
  test('shows the last minute where there is room', () => {
    useLinkSampleStore().apply(busySample());
    expect([row('node-1').findAll('svg[role="img"]').length, row('node-1', { isWide: true }).findAll('svg[role="img"]').length]).toEqual([0, 2]);
  });
  test('opens its details', async () => {
    const of = row('node-1');
    await of.get('[aria-label="More of node-1"]').trigger('click');
    expect(of.emitted('update:open')).toEqual([[true]]);
    expect(row('node-1', { open: true }).get('[aria-label="More of node-1"]').attributes('aria-expanded')).toBe('true');
  });
  test('cannot be set while the emulator does not run', async () => {
    useNetworkStore().apply(busyNetwork({ isReady: false }));
    const of = row('node-1');
    expect(of.findAll('input, .gate, .profile').every((control) => 'disabled' in control.attributes())).toBe(true);
  });
});

describe('all links at once', () => {
  const all = () => mount(AllLinksRow, { global: stage.global });

  test('that differ say so, with a mark for each', () => {
    const of = all();
    expect(of.get('.profile').attributes('aria-label')).toBe('Profile of all links: They differ');
    expect(of.findAll('.control').map((control) => control.findAll('.mark').length)).toEqual([5, 5, 5, 5, 5]);
    expect(of.get('[role="slider"][aria-label="Latency, all links"]').attributes('aria-valuetext')).toBe('differs, up to 300 ms');
    // Of rates the lowest hurts most.
    expect(of.get('[role="slider"][aria-label="Down, all links"]').attributes('aria-valuetext')).toBe('differs, up to 1.6 Mbit/s');
  });
  test('that are alike have one value and no marks', () => {
    useNetworkStore().apply(networkStatus());
    expect([all().get('.profile').text(), all().findAll('.mark').length]).toEqual(['Clear', 0]);
  });
  test('are set together', async () => {
    await type(all().get<HTMLInputElement>('[aria-label="Up in Mbit/s, all links"]'), '2');
    expect(stage.callsTo('network:set')).toEqual([{ nodeIds: 'all', change: { toNode: { bitsPerSecond: 2e6 } } }]);
    expect(useNetworkStore().links.map(({ settings }) => settings.toNode.bitsPerSecond)).toEqual([2e6, 2e6, 2e6, 2e6, 2e6]);
  });
  test('count what adds up: rates and connections', () => {
    useLinkSampleStore().apply(busySample());
    const of = all();
    expect([of.get('.facts').text(), of.findAll('.now').length]).toEqual(['10 connections', 2]);
  });
});

describe('the details of a link', () => {
  const more = (nodeId = 'node-3') => mount(LinkMore, { props: { link: useNetworkStore().linkOf(nodeId)! }, global: { ...stage.global, stubs: { TimeSeries: true } } });
  const field = (of: ReturnType<typeof more>, label: string) => {
    const id = of.findAll('label').find((element) => element.text() === label)!.attributes('for')!;
    return of.get<HTMLInputElement>(`#${id}`);
  };

  test('set each direction by itself', async () => {
    await type(field(more(), 'Latency to node in ms'), '40');
    await type(field(more(), 'Loss to client in percent'), '1');
    expect(stage.callsTo('network:set')[0]).toEqual({ nodeIds: ['node-3'], change: { toNode: { latencyMs: 40 } } });
    expect(useNetworkStore().linkOf('node-3')!.settings).toMatchObject({ toNode: { latencyMs: 40, loss: { share: 0.15 } }, toClient: { latencyMs: 15, loss: { share: 0.01 } } });
  });
  test('set resets and slow ends', async () => {
    await type(field(more(), 'Reset'), '7');
    await type(field(more(), 'Slow close'), '900');
    expect(useNetworkStore().linkOf('node-3')!.settings).toMatchObject({ resetShare: 0.07, slowCloseMs: 900 });
  });
  test('keep to the contract\'s bounds', async () => {
    await type(field(more(), 'Jitter to client in ms'), '1e9');
    await type(field(more(), 'Slow close'), '1e9');
    expect(useNetworkStore().linkOf('node-3')!.settings).toMatchObject({ toClient: { jitterMs: LATENCY_MS_MAX }, slowCloseMs: SLOW_CLOSE_MS_MAX });
  });
  test('make losses come in bursts, with their figures in words, and independent again with as many', async () => {
    useNetworkStore().apply(networkStatus({ links: networkStatus().links.map((link) => ({ ...link, settings: ownProfile().settings })) }));
    const of = more('node-1');
    expect(of.text()).toContain('2.00 % in all, 4.2 packets a burst');
    await type(field(of, 'A burst ends'), '50');
    expect(stage.callsTo('network:set')[0]).toMatchObject({ change: { toNode: { loss: { badToGood: 0.5 } }, toClient: { loss: { badToGood: 0.5 } } } });
    await of.get('input[value="bernoulli"]').setValue();
    // The same link was set a moment ago; the next word to the host waits a little.
    await vi.waitFor(() => expect(stage.callsTo('network:set')).toHaveLength(2));
    expect(stage.callsTo('network:set').at(-1)).toMatchObject({ change: { toClient: { loss: { model: 'bernoulli', share: expect.closeTo(0.02, 6) as number } } } });
  });
  test('tell what the link did', () => {
    useLinkSampleStore().apply(busySample());
    expect(more().get('dl').text()).toMatch(/Connections2 of 61 ever.*Reset or refused0.*Losses waited for812.*Held now0 B/);
  });
});

describe('the panel', () => {
  const panel = (opened: string | null = null) => mount(LinkPanel, { props: { opened }, global: { ...stage.global, stubs: { TimeSeries: true } } });

  test('has a row for all links, then one for each, on the columns they share', () => {
    const of = panel();
    expect(of.findAll('[role="group"]').map((group) => group.attributes('aria-label'))).toEqual(['All links', 'Link to node-1', 'Link to node-2', 'Link to node-3', 'Link to node-4', 'Link to node-5']);
    expect(of.get('.heads').text()).toBe('ClientLinkNodeLatency msJitter msDown Mbit/sUp Mbit/sLoss %heldShut');
  });
  test('opens one link at a time, below its row', async () => {
    const of = panel('node-2');
    expect(of.findAll('.more[role="group"]').map((group) => group.attributes('aria-label'))).toEqual(['More of the link to node-2']);
    expect(of.get('[aria-label="Link to node-3"]').attributes('style')).toContain('grid-row: 6');
    await of.get('[aria-label="More of node-4"]').trigger('click');
    expect(of.findAll('.more[role="group"]').map((group) => group.attributes('aria-label'))).toEqual(['More of the link to node-4']);
    await of.get('[aria-label="More of node-4"]').trigger('click');
    expect(of.emitted('update:opened')).toEqual([['node-4'], [null]]);
  });
});

test('the clients\' end tells what flows in all, and how a player is', () => {
  const bus = () => mount(ClientBus).text();
  expect(bus()).toBe('Clients◂ –▸ –Mbit/s');
  useLinkSampleStore().apply(busySample());
  useTrafficStore().apply(trafficSample());
  expect(bus()).toMatch(/^Player◂ 3\d\.\d▸ 0\.5\dMbit\/sbuffer28\.4 s$/);
});
