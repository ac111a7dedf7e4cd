// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { provideBridge } from '../../../../../../renderer/bridge/bridge.ts';
import { summaryOf } from '../../../../../../renderer/comparison/improvement.ts';
import { countedSessions } from '../../../../../../renderer/comparison/sessions.ts';
import { useOfferedCommands } from '../../../../../../renderer/composables/commands.ts';
import { useConfirmation } from '../../../../../../renderer/composables/confirmation.ts';
import BlockCard from '../../../../../../renderer/views/dashboard/comparison/BlockCard.vue';
import ClientSheet from '../../../../../../renderer/views/dashboard/comparison/ClientSheet.vue';
import Headline from '../../../../../../renderer/views/dashboard/comparison/Headline.vue';
import ImprovementStrip from '../../../../../../renderer/views/dashboard/comparison/ImprovementStrip.vue';
import LoadCard from '../../../../../../renderer/views/dashboard/comparison/LoadCard.vue';
import PairTable from '../../../../../../renderer/views/dashboard/comparison/PairTable.vue';
import RatioCard from '../../../../../../renderer/views/dashboard/comparison/RatioCard.vue';
import ReportBar from '../../../../../../renderer/views/dashboard/comparison/ReportBar.vue';
import ReportFacts from '../../../../../../renderer/views/dashboard/comparison/ReportFacts.vue';
import ReportList from '../../../../../../renderer/views/dashboard/comparison/ReportList.vue';
import ReportView from '../../../../../../renderer/views/dashboard/comparison/ReportView.vue';
import SessionsCard from '../../../../../../renderer/views/dashboard/comparison/SessionsCard.vue';
import TargetCard from '../../../../../../renderer/views/dashboard/comparison/TargetCard.vue';
import VerdictCard from '../../../../../../renderer/views/dashboard/comparison/VerdictCard.vue';
import VirtualNotice from '../../../../../../renderer/views/dashboard/comparison/VirtualNotice.vue';
import type { ComparisonTarget } from '../../../../../../runtime/contract/comparison.ts';
import { makeReport } from '../../../../../fixtures/comparison.ts';
import { comparisonReport, comparisonSummary } from '../../../../../fixtures/scripted-door/comparison-states.ts';
import { type FakeBridge, fakeBridge } from '../../../fake-bridge.ts';

let router: Router;
let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge({ 'comparison:delete-report': () => ({}) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)*', component: { template: '<p />' } }] });
});
const show = (component: never, props: object): VueWrapper => mount(component, { props, global: { plugins: [router] } } as never);
const textOf = (wrapper: { text(): string }): string => wrapper.text().replaceAll(/\s+/gu, ' ');

/** Smart loses here: it starts later than naive in every block. */
const lost = makeReport({ conditionId: 'healthy', act: ({ client, startupMs, chunkMs }) => (client === 'smart' ? { startupMs: startupMs * 4, chunkMs: chunkMs.map((ms) => ms * 4) } : {}) });
const won = makeReport({ clients: ['smart', 'naive', 'oracle'] });

describe('the headline', () => {
  test('tells in one sentence, counts, and says that few blocks are indicative', async () => {
    const headline = show(Headline as never, { pairs: won.pairs, blockCount: 6, isIndicative: true, against: 'naive' });
    expect(headline.get('.sentence').text()).toMatch(/^Smart does better than naive in \d of 9 figures/);
    expect(textOf(headline.get('.counts'))).toContain('6 complete blocks: indicative, 30 carry a verdict');
    await headline.findAll('input')[1]!.setValue();
    expect(headline.emitted('update:against')).toEqual([['oracle']]);
  });
  test('tells a loss in the same place and words', () => {
    const headline = show(Headline as never, { pairs: lost.pairs, blockCount: 30, isIndicative: false, against: 'naive', isLive: true });
    expect(headline.get('.sentence').text()).toMatch(/^Smart does worse than naive in \d of 9 figures/);
    expect(textOf(headline.get('.counts'))).toContain('30 complete blocks so far');
    expect(headline.find('[role="radiogroup"]').exists()).toBe(false);
  });
});

describe('the improvement summary', () => {
  test.each([['won', won, 'better'], ['lost', lost, 'worse']] as const)('of a comparison that was %s says how much %s', (_how, report, word) => {
    const strip = show(ImprovementStrip as never, { summary: summaryOf(report.pairs, 'naive') });
    expect(strip.findAll('dt').map((term) => term.text())).toEqual(['Start-up time', 'Rebuffering', 'Throughput', 'Buffer, 5th percentile']);
    const startUp = textOf(strip.findAll('.figure')[0]!);
    expect(startUp).toMatch(new RegExp(`^Start-up time ?\\d+(\\.\\d+)? ?% ?${word}`));
    expect(startUp).toContain('95');
    expect(startUp).toContain('n 6');
    expect(strip.findAll('[role="img"]').slice(0, 2).map((mark) => mark.attributes('aria-label'))).toEqual(['Smart', 'Naive']);
  });
});

describe('the verdict', () => {
  test('stands in words, with its sign said, against the client that is chosen', () => {
    const card = show(VerdictCard as never, { verdict: lost.verdict, pairs: lost.pairs, against: 'naive' });
    const missed = card.findAll('li').find((row) => row.text().includes('Target missed: Start-up against naive'))!;
    expect(missed.get('.visually-hidden').text()).toBe('Worse');
    expect(card.findAll('li').some((row) => row.text().includes('Indicative: 30 blocks carry a verdict, this has 6.'))).toBe(true);
  });
  test('says so where there is nothing to judge', () => {
    expect(show(VerdictCard as never, { verdict: [], pairs: [], against: null }).text()).toContain('nothing to judge');
  });
});

describe('targets', () => {
  const target = (overrides: Partial<ComparisonTarget>): ComparisonTarget => ({
    id: 'start-up-naive', name: 'Start-up against naive', target: '≤ 0.50×', measured: { value: 0.31, low: 0.2, high: 0.4 }, unit: 'ratio', n: 30, isMet: true, note: null, ...overrides,
  });
  test('are met, missed or not told, in shape, word and colour', () => {
    const card = show(TargetCard as never, { blockCount: 30, targets: [target({}), target({ id: 'b', isMet: false, measured: { value: 0.7, low: null, high: null }, n: 4, note: 'Four faults met open requests.' }), target({ id: 'c', isMet: null, measured: { value: null, low: null, high: null } })] });
    const rows = card.findAll('li').map(textOf);
    expect(rows[0]).toBe('Start-up against naiveMet0.31×of ≤ 0.50×0.20 – 0.40×');
    expect(rows[1]).toBe('Start-up against naiveMissed0.70×of ≤ 0.50× n 4Four faults met open requests.');
    expect(rows[2]).toContain('Not told–of ≤ 0.50×');
    expect(card.get('.hint').text()).toContain('1 met, 1 missed');
    expect(new Set(card.findAll('path').map((path) => path.attributes('d'))).size).toBe(3);
  });
  test('that are not there are said not to be', () => {
    expect(show(TargetCard as never, { targets: [], blockCount: 0 }).text()).toContain('There are none');
  });
});

describe('ratios', () => {
  test('are a table: a column for each other client, a row for each figure, with interval and verdict in words', () => {
    const card = show(RatioCard as never, { pairs: won.pairs });
    expect(card.findAll('thead th').map((head) => head.text())).toEqual(['Figure', expect.stringContaining('Naive'), expect.stringContaining('Oracle')]);
    const rows = card.findAll('tbody tr:not(.group)');
    expect(rows).toHaveLength(9);
    expect(textOf(rows[0]!)).toMatch(/^Start-up time ?0\.\d\d ×0\.\d\d – 0\.\d\d×, 95 % interval 0\.\d\d – 0\.\d\d×, better/);
    expect(card.findAll('.group').map((group) => group.text())).toEqual(['Less is better', 'More is better']);
  });
  test('that do not exist leave their place to the difference, with its verdict', () => {
    const report = makeReport({ act: ({ client }) => (client === 'naive' ? { wastedBytes: 0 } : {}) });
    const extra = show(RatioCard as never, { pairs: report.pairs }).findAll('tbody tr').find((row) => row.text().startsWith('Extra bytes'))!;
    expect(textOf(extra)).toContain('Worse+1.00 %');
    const stalls = show(RatioCard as never, { pairs: report.pairs }).findAll('tbody tr').find((row) => row.text().startsWith('Stalls'))!;
    expect(textOf(stalls)).toContain('The sameboth 0');
  });
});

describe('client by client', () => {
  test('eight figures stand side by side, and as a table with all of them on demand', async () => {
    const sheet = show(ClientSheet as never, { figures: won.clients, clients: won.plan.clients });
    expect(sheet.findAll('.panel')).toHaveLength(8);
    expect(sheet.findAll('.panel')[0]!.findAll('li').map((row) => textOf(row).replace(/\d.*/, ''))).toEqual(['Smart', 'Naive', 'Oracle']);
    const toggle = sheet.get('button[aria-label="Show as a table: client by client"]');
    await toggle.trigger('click');
    expect(sheet.get('table caption').text()).toBe('Figures of every client');
    expect(sheet.findAll('tbody tr')).toHaveLength(27);
    expect(sheet.get('[aria-pressed="true"]').attributes('aria-label')).toBe('Show as charts: client by client');
  });
});

describe('block by block', () => {
  const counted = countedSessions(won);
  test('one of four figures is drawn, and stands as a table on demand', async () => {
    const card = show(BlockCard as never, { points: counted, clients: won.plan.clients });
    expect(card.findAll('path.line')).toHaveLength(6);
    expect(card.findAll('[role="radiogroup"] label').map((label) => label.text())).toEqual(['Start-up', 'Rebuffering', 'Throughput', 'Buffer']);
    await card.findAll('[role="radiogroup"] input')[2]!.setValue();
    await card.get('button[aria-label^="Show as a table"]').trigger('click');
    expect(card.get('caption').text()).toBe('Throughput, block by block');
    expect(textOf(card.findAll('tbody tr')[0]!)).toBe('1 20.0 Mbit/s 20.0 Mbit/s 20.0 Mbit/s'.replaceAll(' 20.0', '20.0'));
  });
  test('sessions that never began are bounds, in the picture and in the table', async () => {
    const points = counted.map((session) => (session.client === 'naive' ? { ...session, startupMs: 15_000, isStarted: false, outcome: 'failed' as const } : session));
    const card = show(BlockCard as never, { points, clients: won.plan.clients });
    expect(card.text()).toContain('never began to play: at least as long as the session');
    await card.get('button[aria-label^="Show as a table"]').trigger('click');
    expect(textOf(card.findAll('tbody td')[1]!)).toBe('≥ 15.00 s, failed');
  });
});

describe('the load', () => {
  test('shows the share of each node, and how little comes from the victim', () => {
    const report = makeReport({ act: ({ victimId, client }) => (client === 'smart' ? { load: ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'].map((nodeId) => ({ nodeId, bytes: nodeId === victimId ? 0 : 100 })) } : {}) });
    const card = show(LoadCard as never, { sessions: countedSessions(report), figures: report.clients, clients: report.plan.clients, nodeIds: report.nodeIds });
    const rows = card.findAll('tbody tr').map(textOf);
    expect(rows[0]).toMatch(/^Smart.*node-1 .*% ?0\.0 %/);
    expect(rows[1]).toMatch(/^Naive.*node-1 20\.0 %.*20\.0 %/);
  });
  test('names no victim where there was no fault', () => {
    const report = makeReport({ conditionId: 'healthy' });
    expect(show(LoadCard as never, { sessions: countedSessions(report), figures: report.clients, clients: report.plan.clients, nodeIds: report.nodeIds }).text()).not.toContain('Victim');
  });
});

describe('tables', () => {
  test('a pair has a row for each figure, with blocks won and lost, p and verdict', () => {
    const table = show(PairTable as never, { pairs: won.pairs.filter(({ against }) => against === 'naive') });
    expect(table.get('h2').text()).toBe('Smart against naive');
    expect(table.findAll('tbody tr')).toHaveLength(9);
    expect(textOf(table.findAll('tbody tr')[0]!)).toMatch(/^Start-up time.*6 · 0 · 0 ?0\.03 ?Better$/);
  });
  test('sessions stand in their order; the warm-up, a failure and a start that never came are told', () => {
    const report = makeReport({ blockCount: 2, act: ({ client, block }) => (client === 'naive' && block === 0 ? { outcome: 'failed', problem: 'No node answered.' } : client === 'naive' && block === 1 ? { isStarted: false, startupMs: 15_000 } : {}) });
    const card = show(SessionsCard as never, { sessions: report.sessions, blockCount: 2 });
    const rows = card.findAll('tbody tr').map(textOf);
    expect(rows).toHaveLength(6);
    expect(rows.filter((row) => row.startsWith('warm-up'))).toHaveLength(2);
    expect(rows.filter((row) => row.includes('No node answered.'))).toHaveLength(1);
    expect(rows.filter((row) => /≥ ?15\.00 s.*Never began/.test(row))).toHaveLength(1);
    expect(card.get('.hint').text()).toContain('1 failed one');
  });
  test('a thousand sessions are not all in the page', () => {
    const sessions = Array.from({ length: 1_000 }, (_, block) => ({ ...won.sessions[0]!, block }));
    expect(show(SessionsCard as never, { sessions, blockCount: 1_000 }).findAll('tbody tr').length).toBeLessThan(200);
  });
});

describe('the report bar', () => {
  const offered = useOfferedCommands();
  test('names what is shown: condition, time, completeness, seed', () => {
    const bar = show(ReportBar as never, { report: comparisonReport({ blockCount: 3, plannedBlockCount: 30, timeMode: 'virtual' }) });
    expect(textOf(bar.get('.words'))).toMatch(/^One slow node ?Virtual time ?Indicative ?Ended early/);
    expect(textOf(bar.get('.meta'))).toContain('3 blocks of 5 clients, 15 s each · Sample: the tide clock · seed 812');
    bar.unmount();
  });
  test('offers every export and the deletion in the palette too, as long as it is there', () => {
    const bar = show(ReportBar as never, { report: won });
    expect(offered.value.map(({ id }) => id)).toEqual(['comparison:export:json', 'comparison:export:csv', 'comparison:export:html', 'comparison:export:markdown', 'comparison:delete']);
    bar.unmount();
    expect(offered.value).toEqual([]);
  });
  test('deletes only when that was agreed to', async () => {
    const bar = show(ReportBar as never, { report: won });
    await bar.get('button[aria-label="Delete this report"]').trigger('click');
    expect(useConfirmation().question.value!.title).toContain('One slow node');
    useConfirmation().answer(true);
    await expect.poll(() => bridge.calls).toEqual([{ name: 'comparison:delete-report', input: { id: won.id } }]);
  });
});

describe('the list of reports', () => {
  test('each is an address, with its verdict in words; the one that is shown is marked', async () => {
    const summaries = [won, lost, makeReport({ blockCount: 2, overrides: { id: 'third', isComplete: false, timeMode: 'virtual', plan: { ...won.plan, blockCount: 30 } } })].map(comparisonSummary);
    const list = show(ReportList as never, { reports: summaries, shownId: lost.id });
    const rows = list.findAll('li');
    expect(rows.map((row) => textOf(row.get('a')))).toEqual([
      expect.stringMatching(/^One slow node.*Better ?Start-up time \d+\.\d % better.*6 blocks/), expect.stringMatching(/^Healthy network.*Worse ?Start-up time .*% worse/), expect.stringMatching(/^One slow node ?Virtual.*2 of 30 blocks/),
    ]);
    expect(rows[1]!.get('a').attributes()).toMatchObject({ 'aria-current': 'true', href: `/dashboard/comparison?report=${lost.id}` });
    await rows[0]!.get('a').trigger('click');
    expect(list.emitted('chosen')).toHaveLength(1);
  });
  test('is not silent when it is empty', () => expect(show(ReportList as never, { reports: [] }).text()).toBe('No comparison is saved yet.'));
});

test('a whole report shows everything, and the other client is chosen once for all of it', async () => {
  const view = show(ReportView as never, { report: won });
  expect(view.findAll('h2').map((head) => head.text())).toEqual(['Verdict', 'Targets', 'Smart over each other client', 'Client by client', 'Block by block', 'Load of each node', 'Smart against naive', 'Sessions', 'Conditions and machine']);
  await view.get('.headline').findAll('input')[1]!.setValue();
  expect(view.get('.sentence').text()).toContain('oracle');
  expect(view.get('dl.strip').attributes('aria-label')).toBe('Smart against oracle');
  expect(view.findAll('h2').map((head) => head.text())).toContain('Smart against oracle');
  expect(view.findComponent(VirtualNotice).exists()).toBe(false);
});

test('virtual time is told above all figures', () => {
  const view = show(ReportView as never, { report: makeReport({ overrides: { timeMode: 'virtual' } }) });
  expect(view.element.firstElementChild!.textContent).toContain('Simulated');
});

test('a report without a complete block still shows its sessions, its conditions and its seed', () => {
  const empty = comparisonReport({ blockCount: 0, plannedBlockCount: 30 });
  const view = show(ReportView as never, { report: empty });
  expect(view.get('.sentence').text()).toContain('nothing to compare');
  expect(view.findAll('h2').map((head) => head.text())).toEqual(['Verdict', 'Targets', 'Sessions', 'Conditions and machine']);
  expect(show(ReportFacts as never, { report: empty }).text()).toContain('0 complete of 30 planned');
});
