// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { shallowRef } from 'vue';
import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import { provideBridge } from '../../../../../renderer/bridge/bridge.ts';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import { useEventStore } from '../../../../../renderer/stores/events.ts';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import { useTrafficStore } from '../../../../../renderer/stores/traffic.ts';
import EventList from '../../../../../renderer/views/cluster/EventList.vue';
import LaunchFailure from '../../../../../renderer/views/cluster/LaunchFailure.vue';
import LaunchSteps from '../../../../../renderer/views/cluster/LaunchSteps.vue';
import NodeActions from '../../../../../renderer/views/cluster/NodeActions.vue';
import { suggestedPortBaseOf, takenPortsOf } from '../../../../../renderer/views/cluster/port-conflict.ts';
import TopologyLink from '../../../../../renderer/views/cluster/TopologyLink.vue';
import TopologyNode from '../../../../../renderer/views/cluster/TopologyNode.vue';
import TopologyPicture from '../../../../../renderer/views/cluster/TopologyPicture.vue';
import type { ChildPhase } from '../../../../../runtime/contract/control/cluster.ts';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import { happening, nodeTraffic, trafficSample } from '../../../../fixtures/scripted-door/cluster-states.ts';
import { busyNetwork } from '../../../../fixtures/scripted-door/network-states.ts';
import { clusterStatus, failedCluster, launchingCluster, node } from '../../../../fixtures/scripted-door/states.ts';
import { SizedObserver } from '../../components/charts/charts.ts';
import { type FakeBridge, fakeBridge } from '../../fake-bridge.ts';

// There is no layout here that could give the picture a size.
vi.mock('@vueuse/core', async (original) => ({ ...(await original<object>()), useElementSize: () => ({ width: shallowRef(640), height: shallowRef(214) }) }));

let bridge: FakeBridge;
let router: Router;
const global = () => ({ plugins: [router] });

beforeEach(() => {
  bridge = fakeBridge();
  provideBridge(bridge);
  setActivePinia(createPinia());
  router = createRouter({ history: createWebHashHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
});

describe('the actions on a node', () => {
  const open = (phase: ChildPhase) => mount(NodeActions, { props: { node: node(2, { phase }) }, global: global() });
  const possible = (phase: ChildPhase): string[] =>
    open(phase).findAll('button').filter((button) => !('disabled' in button.attributes())).map((button) => button.attributes('aria-label')!.replace(/ \(.*| node-2/, '')).filter((label) => !label.startsWith('More'));

  test('are those its state allows, always in the same places', () => {
    expect(possible('ready')).toEqual(['Pause', 'Kill', 'Restart', 'Stop']);
    expect(possible('paused')).toEqual(['Resume', 'Kill', 'Stop']);
    expect(possible('crashed')).toEqual(['Start']);
    expect(possible('restarting')).toEqual([]);
    expect(open('crashed').findAll('button')).toHaveLength(5);
  });
  test('are asked of the host, and a failure is told in words', async () => {
    bridge.answers['nodes:kill'] = () => Promise.reject(new VStackError('not_found', 'It is gone already.'));
    const actions = open('ready');
    await actions.get('[aria-label="Kill (SIGKILL) node-2"]').trigger('click');
    await flushPromises();
    expect(bridge.calls).toEqual([{ name: 'nodes:kill', input: { nodeId: 'node-2' } }]);
    expect(useToastStore().toasts.map(({ title, detail }) => [title, detail])).toEqual([['node-2: kill did not work', 'It is gone already.']]);
  });
});

describe('a launch that failed', () => {
  const problem = failedCluster().problem!;

  test('names the ports with their owners, and offers the way out', async () => {
    const failure = mount(LaunchFailure, { props: { problem }, global: global() });
    expect(failure.get('tbody').text()).toBe('8081node-1nginx: master process, process 812');
    const buttons = failure.findAll('.actions button');
    expect(buttons.map((button) => button.text())).toEqual(['Use ports from 8100', 'Let the system choose', 'Try again']);
    for (const button of buttons) await button.trigger('click');
    expect(failure.emitted('retry')).toEqual([[8100], [0], []]);
  });
  test('for another reason offers only to try again', () => {
    const failure = mount(LaunchFailure, { props: { problem: { code: 'no_quorum', detail: 'Two nodes did not start.' } }, global: global() });
    expect(failure.findAll('.actions button').map((button) => button.text())).toEqual(['Try again']);
    expect(failure.find('table').exists()).toBe(false);
  });
  test('is understood also from a host that says less', () => {
    const vague = { code: 'port_in_use', detail: 'taken', details: { ports: [{ port: 1 }, 'junk', { port: 'x' }] } };
    expect(takenPortsOf(vague)).toEqual([{ port: 1, purpose: 'the cluster', owner: 'a process that could not be identified' }]);
    expect([suggestedPortBaseOf(vague), takenPortsOf({ code: 'internal', detail: '' })]).toEqual([null, []]);
  });
});

describe('the steps of a launch', () => {
  test('say what is done, runs and waits', () => {
    useClusterStore().apply(launchingCluster());
    const steps = mount(LaunchSteps).findAll('li').map((step) => step.get('.visually-hidden').text());
    expect(steps).toEqual(['done', 'under way', 'waits', 'waits']);
  });
  test('are one click away once the cluster runs', async () => {
    useClusterStore().apply(clusterStatus());
    const steps = mount(LaunchSteps, { props: { collapsed: true } });
    const wasOpen = steps.findAll('li').length > 0;
    await steps.get('button').trigger('click');
    expect(steps.findAll('li').length > 0).toBe(!wasOpen);
    expect(steps.text()).toContain('1.31 s');
  });
});

describe('the events', () => {
  test('are told of one process where one is asked for, and honestly of none', () => {
    expect(mount(EventList, { global: global() }).text()).toContain('None yet.');
    useEventStore().apply([happening(1, 5, { subject: null, text: 'Cluster ready again' }), happening(2, 4, { subject: 'node-1', text: 'died' }), happening(3, 3, { subject: 'uploader', text: 'paused' })]);
    const all = mount(EventList, { global: global() });
    expect(all.findAll('li .text').map((entry) => entry.text())).toEqual(['uploader: paused', '1died', 'Cluster ready again']);
    // Only what happened to a node has a sign, which leads to it.
    expect(all.findAll('li a').map((link) => [link.attributes('href'), link.attributes('aria-label')])).toEqual([['#/cluster/nodes/node-1', 'node-1']]);
    expect(mount(EventList, { props: { subject: 'node-1' }, global: global() }).findAll('li').map((entry) => entry.get('.text').text())).toEqual(['died']);
  });
});

describe('the picture', () => {
  test('draws dashes that travel only where something flows', () => {
    const flowing = mount(TopologyLink, { props: { path: 'M0 0', bytesPerSecond: 5_000_000, colour: 'red' } });
    expect([flowing.findAll('.flow').length, flowing.get('.wire').attributes('stroke-width')]).toEqual([1, '5']);
    expect(mount(TopologyLink, { props: { path: 'M0 0', bytesPerSecond: 0, colour: 'red' } }).find('.flow').exists()).toBe(false);
  });
  test('shows what flows on every link, that to the metadata service too, and nothing on those of a node that is down', async () => {
    vi.stubGlobal('ResizeObserver', SizedObserver);
    useClusterStore().apply(clusterStatus());
    useClusterStore().apply(clusterStatus({ children: clusterStatus().children.map((child) => (child.name === 'node-2' ? { ...child, phase: 'crashed' } : child)) }));
    const nodes = [1, 2, 3].map((number) => nodeTraffic(number, { readBytesPerSecond: 0, writtenBytesPerSecond: 0, metadataBytesPerSecond: number === 3 ? 40 : 900 }));
    useTrafficStore().apply(trafficSample({ nodes }));
    const picture = mount(TopologyPicture, { global: global() });
    await flushPromises();
    const flows = picture.findAllComponents(TopologyLink).map((link) => [link.props('bytesPerSecond'), link.find('.flow').exists()]);
    // Three links a node: to the metadata service, from the uploader, to the players. 40 bytes a second are a rounding, no flow.
    expect(flows.slice(0, 9)).toEqual([[900, true], [0, false], [0, false], [null, false], [null, false], [null, false], [40, false], [0, false], [0, false]]);
    vi.unstubAllGlobals();
  });
  test('breaks the line of a link that loses, and lets nothing flow where it is shut', () => {
    const lossy = mount(TopologyLink, { props: { path: 'M0 0', bytesPerSecond: 5_000_000, colour: 'red', dashes: '9 6' } });
    expect([lossy.get('.wire').attributes('stroke-dasharray'), lossy.findAll('.flow').length]).toEqual(['9 6', 1]);
    const shut = mount(TopologyLink, { props: { path: 'M0 0', bytesPerSecond: 5_000_000, colour: 'red', isShut: true } });
    expect([shut.get('.wire').attributes('stroke-width'), shut.find('.flow').exists(), shut.classes('shut')]).toEqual(['1', false, true]);
  });
  test('marks the links that are set, and says how', () => {
    useClusterStore().apply(clusterStatus());
    useNetworkStore().apply(busyNetwork());
    const picture = mount(TopologyPicture, { global: global() });
    expect(picture.findAll('.link-mark').map((mark) => mark.text())).toEqual(['3g', 'packet-loss', 'Partition ◂', 'node-failure']);
    expect(picture.findAll('li a .visually-hidden')[1]!.text()).toContain('link 300 ms, 1.6 Mbit/s down, 768 kbit/s up');
  });
  test('says of a node in words what it shows, and leads to its page', () => {
    const box = mount(TopologyNode, { props: { node: node(3), sample: nodeTraffic(3), density: 'short' }, global: global() });
    expect(box.get('.visually-hidden').text()).toMatch(/^node-3, ready, sends 13\.6 Mbit\/s/);
    expect(box.get('a').attributes('href')).toBe('#/cluster/nodes/node-3');
  });
  test('shows no figures of a node that does not run, however young its last sample', () => {
    const box = mount(TopologyNode, { props: { node: node(3, { phase: 'crashed' }), sample: nodeTraffic(3), density: 'short' }, global: global() });
    expect(box.get('.rates').text()).not.toMatch(/\d/);
    expect(box.text()).toContain('Crashed');
  });
});
