// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../../renderer/bridge/bridge.ts';
import { useComparisonStore } from '../../../../../../renderer/stores/comparison.ts';
import BlockTape from '../../../../../../renderer/views/dashboard/comparison/BlockTape.vue';
import ComparisonFailure from '../../../../../../renderer/views/dashboard/comparison/ComparisonFailure.vue';
import LiveSession from '../../../../../../renderer/views/dashboard/comparison/LiveSession.vue';
import RunBar from '../../../../../../renderer/views/dashboard/comparison/RunBar.vue';
import RunView from '../../../../../../renderer/views/dashboard/comparison/RunView.vue';
import type { ComparisonStatus } from '../../../../../../runtime/contract/control/comparison.ts';
import { knownComparisons, runningComparison } from '../../../../../fixtures/scripted-door/comparison-states.ts';
import { type FakeBridge, fakeBridge } from '../../../fake-bridge.ts';

let bridge: FakeBridge;
let router: Router;
beforeEach(() => {
  bridge = fakeBridge({ 'comparison:stop': () => runningComparison(7, {}, { phase: 'stopping' }), 'comparison:start': () => runningComparison(1) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  useComparisonStore().clientTexts = knownComparisons().clients;
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
});
const show = (component: never, props: object): VueWrapper => mount(component, { props, global: { plugins: [router] } } as never);
const textOf = (wrapper: { text(): string }): string => wrapper.text().replaceAll(/\s+/gu, ' ');
const running = runningComparison(7);
const warmingUp: ComparisonStatus = { ...runningComparison(1), phase: 'warming-up', block: -1, sessionsDone: 2, clients: [], pairs: [], improvement: null, points: [], remainingSec: null, step: 'Warming up, naive (3 of 5): Waiting until the links are quiet' };

describe('the bar of a comparison under way', () => {
  test('tells the block, the client, the time and what is left, and announces the step', () => {
    const bar = show(RunBar as never, { status: running });
    expect(textOf(bar.get('[role="status"]'))).toBe('Block 8 of 30 · smart (3 of 5)');
    expect(textOf(bar.get('.figures'))).toBe('11:2831 min left');
    expect(bar.get('[role="progressbar"]').attributes('aria-valuenow')).toBe('27');
  });
  test('says that it warms up, and that the end is not known yet', () => {
    const bar = show(RunBar as never, { status: warmingUp });
    expect(textOf(bar.get('[role="status"]'))).toBe('Warming up, then 30 blocks · naive (3 of 5): Waiting until the links are quiet');
    expect(bar.get('.figures').text()).toContain('end not known yet');
  });
  test('is stopped once, and says that it is stopping', async () => {
    const bar = show(RunBar as never, { status: running });
    await bar.get('button').trigger('click');
    await flushPromises();
    expect(bridge.calls).toEqual([{ name: 'comparison:stop', input: {} }]);
    expect(show(RunBar as never, { status: { ...running, phase: 'stopping' } }).get('button').attributes('aria-busy')).toBe('true');
  });
  test('with hundreds of blocks is a plain bar', () => {
    const bar = show(RunBar as never, { status: { ...running, plan: { ...running.plan!, blockCount: 400 } } });
    expect([bar.findComponent(BlockTape).exists(), bar.get('[role="progressbar"]').classes().includes('visually-hidden')]).toEqual([false, false]);
  });
});

test('the tape has a tick for each session: done, now and to come; the warm-up is one of its own', () => {
  const tape = show(BlockTape as never, { status: running });
  expect(tape.findAll('.block')).toHaveLength(31);
  expect([tape.findAll('.done').length, tape.findAll('.now').length, tape.findAll('.next').length]).toEqual([42, 1, 112]);
  expect(tape.findAll('.warm')).toHaveLength(1);
  expect(tape.attributes('style')).toContain('var(--c-smart)');
});

describe('the session of this moment', () => {
  const session = running.session!;
  test('names client and victim, and tells buffer, stalls and start-up', () => {
    const live = show(LiveSession as never, { session, sessionSec: 15, hasFault: true });
    expect(live.findAll('dd').map(textOf)).toEqual(['Smart', expect.stringMatching(/^\dnode-\d$/), '11.3s', '0', expect.stringMatching(/^\d+ms$/), '9of 15 s']);
    expect(textOf(live)).toContain('▲ below 15 s');
    expect(textOf(live)).toContain('its fault has come');
  });
  test('says what is not known yet, and what is not planned', () => {
    const live = show(LiveSession as never, { session: { ...session, startupMs: null, phase: 'buffering', bufferSec: 22, victimId: null }, sessionSec: 15, hasFault: false });
    expect(textOf(live)).toContain('fills its buffer');
    expect(textOf(live)).toContain('target 30 s');
    expect(live.findAll('dd').map(textOf)).toEqual(['Smart', 'none', '22.0s', '0', '–', '9of 15 s']);
  });
  test('tells a picture that stands still, and a fault that is to come', () => {
    const text = textOf(show(LiveSession as never, { session: { ...session, phase: 'stalled', stallCount: 2, isFaulty: false }, sessionSec: 15, hasFault: true }));
    expect(text).toContain('▲ stands still');
    expect(text).toContain('its fault is to come');
  });
});

describe('a comparison as it runs', () => {
  test('shows what the complete blocks tell so far', () => {
    const view = show(RunView as never, { status: { ...running, failedSessionCount: 2 } });
    expect(view.get('.counts').text()).toContain('7 complete blocks so far: indicative');
    expect(view.findAll('h2').map((head) => head.text())).toEqual(['One slow node', 'Smart over each other client', 'Block by block', 'Client by client', 'Smart against naive']);
    expect(view.findAll('path.line')).toHaveLength(7);
    expect(view.text()).toContain('2 sessions failed so far');
  });
  test('says what will come before the first block is complete, and whom it is about', () => {
    const view = show(RunView as never, { status: warmingUp });
    expect(view.text()).toContain('Figures come with the first complete block');
    expect(view.findAll('.waiting li')).toHaveLength(5);
    expect(view.get('.waiting').text()).toContain('Round robin without measuring');
  });
  test('in virtual time says so, and shows no session of the moment', () => {
    const view = show(RunView as never, { status: runningComparison(4, { timeMode: 'virtual' }) });
    expect([view.text().includes('Simulated'), view.findComponent(LiveSession).exists()]).toEqual([true, false]);
  });
});

describe('a comparison that could not go on', () => {
  const failed: ComparisonStatus = { ...running, phase: 'failed', problem: 'node-4 could not be started again.', reportId: 'kept' };
  test('tells why, what was kept, and asks for the same again', async () => {
    const failure = show(ComparisonFailure as never, { status: failed, hasReport: true });
    expect(failure.attributes('role')).toBe('alert');
    expect(textOf(failure)).toContain('node-4 could not be started again.');
    expect(textOf(failure)).toContain('7 complete blocks of 30 were saved and are shown below.');
    await failure.findAll('button')[0]!.trigger('click');
    await flushPromises();
    expect(bridge.calls[0]).toMatchObject({ name: 'comparison:start', input: { conditionId: 'one-slow-node', blocks: 30, seed: 812 } });
    await failure.findAll('button')[1]!.trigger('click');
    expect(failure.emitted('compare')).toHaveLength(1);
  });
  test('says so where nothing was complete', () => {
    const failure = show(ComparisonFailure as never, { status: { ...failed, reportId: null, problem: null }, hasReport: false });
    expect(textOf(failure)).toContain('nothing was saved');
    expect(textOf(failure)).toContain('The host did not say why.');
    expect(failure.findAll('button').map((button) => button.text())).toEqual(['Try again']);
  });
});
