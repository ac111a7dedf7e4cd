// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useScenarioActions } from '../../../../../renderer/composables/scenario-actions.ts';
import { useNetworkStore } from '../../../../../renderer/stores/network.ts';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import ScenarioCard from '../../../../../renderer/views/network/ScenarioCard.vue';
import ScenarioStage from '../../../../../renderer/views/network/ScenarioStage.vue';
import ScenarioTimeline from '../../../../../renderer/views/network/ScenarioTimeline.vue';
import StepList from '../../../../../renderer/views/network/StepList.vue';
import { builtInProfiles, builtInScenarios, type Scenario } from '../../../../../runtime/contract/network.ts';
import { networkStatus, scenarioRun } from '../../../../fixtures/scripted-door/network-states.ts';
import { allInPage, inPage, mountAttached, point, press } from '../../components/attached.ts';
import { type NetworkStage, openStage } from './stage.ts';

const degradation = builtInScenarios.find(({ id }) => id === 'network-degradation')!;
const mine: Scenario = { ...degradation, id: 'mine', name: 'Mine', isBuiltIn: false };

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage(networkStatus(), [mine]);
});
afterEach(() => stage.close());

const item = (text: string): HTMLElement => allInPage('[role="menuitem"]').find((element) => element.textContent === text)!;

describe('the list of scenarios', () => {
  const card = (props: Record<string, unknown> = {}) => mountAttached(ScenarioCard, { props: { obstacle: '', ...props }, global: stage.global });
  const entries = (of: ReturnType<typeof card>): string[] => of.findAll('.entry').map((entry) => entry.text());
  const shown = (of: ReturnType<typeof card>): string => of.get('h3').text();

  test('begins with one\'s own, and shows the first built-in one', () => {
    const of = card();
    expect(entries(of)).toEqual(['Mine1:30', 'Normal operation1:00', 'Network degradation1:30', 'Node failure1:00', 'Recovery1:00', 'Chaos test1:30']);
    expect(shown(of)).toBe('Normal operation');
  });
  test('shows the one in the address, else the one that runs or ran last', async () => {
    expect(shown(card({ scenarioId: 'chaos' }))).toBe('Chaos test');
    useNetworkStore().apply(networkStatus({ run: scenarioRun('recovery', 5) }));
    const of = card();
    expect([shown(of), of.get('.current').text()]).toEqual(['Recovery', 'Recoveryplays']);
  });
  test('says when the address names none', () => {
    expect(card({ scenarioId: 'gone' }).get('.nothing').text()).toBe('There is no scenario "gone" here. Choose one of 6 scenarios, or import it.');
  });
  test('imports a file, and goes to what it became', async () => {
    const of = card();
    const input = of.get<HTMLInputElement>('input[type="file"]').element;
    Object.defineProperty(input, 'files', { value: [new File([JSON.stringify({ ...mine, name: 'From a friend' })], 's.json')] });
    input.dispatchEvent(new Event('change'));
    await vi.waitFor(() => expect(stage.router.currentRoute.value.path).toBe('/network/scenarios/from-a-friend'));
    expect(stage.host.scenarios().at(-1)).toMatchObject({ name: 'From a friend', isBuiltIn: false });
  });
  test('deletes one\'s own with a way back', async () => {
    const of = card({ scenarioId: 'mine' });
    await point(of.get('[aria-label="More for Mine"]').element);
    await point(item('Delete'));
    await vi.waitFor(() => expect(entries(of)).toHaveLength(5));
    useToastStore().act(useToastStore().toasts[0]!.id);
    await vi.waitFor(() => expect(entries(of)).toHaveLength(6));
  });
  test('changes what comes with the program only as a copy', async () => {
    const of = card({ scenarioId: 'chaos' });
    await point(of.get('[aria-label="More for Chaos test"]').element);
    expect(allInPage('[role="menuitem"]').map((element) => element.textContent)).toEqual(['Edit a copy…', 'Export as a file']);
    await point(item('Edit a copy…'));
    await vi.dynamicImportSettled();
    await vi.waitFor(() => expect(inPage<HTMLInputElement>('[role="dialog"] input')?.value).toBe('Chaos test (own)'));
  });
});

describe('a scenario on its stage', () => {
  const on = (scenario: Scenario, obstacle = '') => mount(ScenarioStage, { props: { scenario, obstacle, actions: useScenarioActions() }, global: stage.global });
  const button = (of: ReturnType<typeof on>, text: string) => of.findAll('footer button').find((element) => element.text() === text);

  test('is played with a seed, and stopped', async () => {
    const of = on(degradation);
    await of.get('.seed input').setValue('77');
    await button(of, 'Play')!.trigger('click');
    await flushPromises();
    expect(stage.callsTo('scenarios:run')).toEqual([{ scenarioId: 'network-degradation', seed: 77 }]);
    expect(of.get('footer').text()).toContain('Playing0:00 / 1:301:30 left0 steps done');
    expect(of.get('.run-seed').text()).toBe('seed 77');
    await button(of, 'Stop')!.trigger('click');
    await flushPromises();
    expect(of.get('footer').text()).toContain('Stoppedafter 0:00');
  });
  test.each(['-1', '1.5', 'many', '9999999999'])('refuses the seed %s in words', async (seed) => {
    const of = on(degradation);
    await of.get('.seed input').setValue(seed);
    expect([button(of, 'Play')!.attributes('disabled'), of.get('[role="alert"]').text()]).toEqual(['', '✕ A seed is a whole number from 0 to 2147483648.']);
  });
  test('shows how far it is, and what failed', () => {
    const run = scenarioRun('network-degradation', 37);
    useNetworkStore().apply(networkStatus({ run: { ...run, done: run.done.map((step, index) => (index === 1 ? { ...step, problem: 'node-1 is gone' } : step)) } }));
    const of = on(degradation);
    expect(of.get('footer').text()).toContain('Playing0:37 / 1:300:53 left3 steps done, 1 failed');
    expect(of.find('.playhead').attributes('style')).toContain('41.1');
  });
  test.each([['ended', 'Ended'], ['stopped', 'Stopped'], ['failed', 'Failed']] as const)('that %s says so, and why', (phase, word) => {
    useNetworkStore().apply(networkStatus({ run: scenarioRun('network-degradation', 20, { phase, problem: phase === 'failed' ? 'The cluster was stopped meanwhile.' : null }) }));
    const of = on(degradation);
    expect(of.get('footer [role="status"]').text()).toBe(word);
    expect(of.find('p.problem').exists() && of.get('p.problem').text()).toBe(phase === 'failed' && '✕ The cluster was stopped meanwhile.');
  });
  test('waits while another one plays, or nothing could be set', () => {
    expect([button(on(degradation, 'It needs a cluster that runs.'), 'Play')!.attributes('disabled'), on(degradation, 'It needs a cluster that runs.').get('footer').text()]).toEqual(['', expect.stringContaining('It needs a cluster that runs.')]);
    useNetworkStore().apply(networkStatus({ run: scenarioRun('chaos', 3) }));
    const of = on(degradation);
    expect([button(of, 'Play')!.attributes('disabled'), of.get('footer').text()]).toEqual(['', expect.stringContaining('"Chaos test" plays; stop it first.')]);
  });
});

describe('the timeline', () => {
  const timeline = (props: Record<string, unknown> = {}) => mountAttached(ScenarioTimeline, { props: { scenario: degradation, profiles: builtInProfiles, ...props } });

  test('has a lane for each target, marks at their time, and figures below', () => {
    const of = timeline();
    expect(of.findAll('.label').map((label) => label.text())).toEqual(['All nodes', 'First node']);
    expect(of.findAll('.mark').map((mark) => (mark.element as HTMLElement).style.insetInlineStart)).toEqual(['0%', expect.stringMatching(/^11\.1/), expect.stringMatching(/^33\.3/), expect.stringMatching(/^55\.5/)]);
    expect(of.get('.axis').text()).toBe('0:000:100:200:300:400:501:001:101:201:30');
    expect(of.find('.playhead').exists()).toBe(false);
  });
  test('ticks off what is done, with a word on what failed', () => {
    const run = scenarioRun('network-degradation', 37);
    const of = timeline({ run: { ...run, done: run.done.map((step, index) => (index === 2 ? { ...step, problem: 'gone' } : step)) }, elapsedSec: 37 });
    expect(of.findAll('.mark').map((mark) => mark.classes().find((name) => ['done', 'failed', 'ahead'].includes(name)))).toEqual(['done', 'done', 'failed', 'ahead']);
    expect(of.findAll('.mark')[2]!.attributes('title')).toBe('0:30, First node: 5 Mbit/s down, failed: gone');
  });
  test('to be edited has marks that say their step and are moved with the keys', async () => {
    const of = timeline({ isEditable: true });
    const mark = of.findAll<HTMLElement>('[role="slider"]')[2]!;
    expect(mark.attributes()).toMatchObject({ 'aria-label': 'Step at 0:30, First node: 5 Mbit/s down', 'aria-valuenow': '30', 'aria-valuemax': '90', 'aria-valuetext': '30 seconds' });
    for (const [key, init] of [['ArrowRight', {}], ['ArrowLeft', { shiftKey: true }], ['PageUp', {}], ['Home', {}], ['End', {}]] as const) await press(key, mark.element, init);
    expect(of.emitted('move')).toEqual([[2, 31], [2, 20], [2, 40], [2, 0], [2, 90]]);
    await mark.trigger('focus');
    expect(of.emitted('choose')).toEqual([[2]]);
  });
});

describe('the steps in words', () => {
  test('stand in the order of time, with what became of them', () => {
    const run = scenarioRun('chaos', 11);
    const done = run.done.map((step, index) => (index === 1 ? { ...step, problem: 'node-3 left' } : step));
    const rows = mount(StepList, { props: { scenario: run.scenario, profiles: builtInProfiles, run: { done } } }).findAll('li').map((row) => row.text());
    expect(rows).toHaveLength(17);
    expect([rows[0], rows[1], rows[3]]).toEqual([expect.stringMatching(/^0:00All nodesNormal12345on node-1, .*done$/), expect.stringMatching(/^0:05A random node.*node-3 left.*failed$/), '0:15A random nodeOne of 7ahead']);
  });
  test('of one that never ran say nothing of its outcome', () => {
    expect(mount(StepList, { props: { scenario: mine, profiles: builtInProfiles } }).findAll('.outcome')).toHaveLength(0);
  });
});
