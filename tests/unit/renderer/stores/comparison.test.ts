import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { isRunningPhase, useComparisonStore, wishOf } from '../../../../renderer/stores/comparison.ts';
import type { ComparisonReport } from '../../../../runtime/contract/comparison.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { makeReport } from '../../../fixtures/comparison.ts';
import { comparisonPlan, comparisonSummary, idleComparison, knownComparisons, runningComparison } from '../../../fixtures/scripted-door/comparison-states.ts';
import { type FakeBridge, fakeBridge, lost, open } from '../fake-bridge.ts';

const named = (id: string): ComparisonReport => makeReport({ overrides: { id } });
const [first, second] = [named('first'), named('second')];
let reports: ComparisonReport[];
let bridge: FakeBridge;
beforeEach(() => {
  reports = [first, second];
  bridge = fakeBridge({
    'comparison:status': () => idleComparison(),
    'comparison:conditions': () => knownComparisons(),
    'comparison:reports': () => ({ reports: reports.map(comparisonSummary) }),
    'comparison:report': ({ id }: { id: string }) => reports.find((report) => report.id === id) ?? Promise.reject(new VStackError('not_found', `There is no report ${id}.`)),
    'comparison:start': () => runningComparison(1),
    'comparison:stop': () => idleComparison({ phase: 'stopped' }),
    'comparison:delete-report': () => ({}),
  });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

const callsOf = (name: string): unknown[] => bridge.calls.filter((call) => call.name === name).map((call) => call.input);

describe('following', () => {
  test('asks and listens only while somebody looks', async () => {
    const store = useComparisonStore();
    bridge.emit('comparison:changed', runningComparison(1));
    expect([store.status, bridge.calls]).toEqual([null, []]);
    const leave = store.follow();
    await expect.poll(() => store.isKnown).toBe(true);
    expect(store.reports.map(({ id }) => id)).toEqual(['first', 'second']);
    expect(store.conditions.length).toBeGreaterThan(1);
    bridge.emit('comparison:changed', runningComparison(2));
    expect([store.isRunning, store.status!.block]).toEqual([true, 2]);
    leave();
    bridge.emit('comparison:changed', runningComparison(3));
    expect(store.status!.block).toBe(2);
  });

  test('asks for the list anew when a report was saved or deleted, and for everything after a reconnection', async () => {
    const store = useComparisonStore();
    store.follow();
    await expect.poll(() => store.isKnown).toBe(true);
    reports = [second];
    bridge.emit('comparison:library', {});
    await expect.poll(() => store.reports.map(({ id }) => id)).toEqual(['second']);
    bridge.setState(lost);
    bridge.setState(open);
    await expect.poll(() => callsOf('comparison:status')).toHaveLength(2);
  });

  test('keeps why nothing could be read, until it can', async () => {
    const store = useComparisonStore();
    bridge.answers['comparison:reports'] = () => Promise.reject(new VStackError('internal', 'The folder is locked.'));
    await expect(store.hydrate()).rejects.toThrow('locked');
    expect([store.isKnown, String(store.problem)]).toEqual([false, 'VStackError: The folder is locked.']);
    bridge.answers['comparison:reports'] = () => ({ reports: [] });
    await store.hydrate();
    expect([store.isKnown, store.problem]).toEqual([true, null]);
  });
});

describe('opening a report', () => {
  test('asks for it once', async () => {
    const store = useComparisonStore();
    await store.open('first');
    await store.open('first');
    expect([store.report!.id, callsOf('comparison:report').length]).toEqual(['first', 1]);
  });

  test('shows the one that was asked for last, whatever order the answers come in', async () => {
    const store = useComparisonStore();
    const slow = Promise.withResolvers<ComparisonReport>();
    bridge.answers['comparison:report'] = ({ id }: { id: string }) => (id === 'first' ? slow.promise : second);
    const opening = store.open('first');
    await store.open('second');
    slow.resolve(first);
    await opening;
    expect([store.report!.id, store.openingId]).toEqual(['second', null]);
  });

  test('says why it cannot, and shows no other in its place', async () => {
    const store = useComparisonStore();
    await store.open('first');
    await store.open('gone');
    expect([store.report, String(store.openingProblem)]).toEqual([null, 'VStackError: There is no report gone.']);
    await store.open('second');
    expect([store.report!.id, store.openingProblem]).toEqual(['second', null]);
  });

  test('a failed answer to an earlier question does not hide the later one', async () => {
    const store = useComparisonStore();
    const slow = Promise.withResolvers<ComparisonReport>();
    bridge.answers['comparison:report'] = ({ id }: { id: string }) => (id === 'first' ? slow.promise : second);
    const opening = store.open('first');
    await store.open('second');
    slow.reject(new Error('late'));
    await opening;
    expect([store.report!.id, store.openingProblem]).toEqual(['second', null]);
  });
});

test('starting and stopping take over what the host answers', async () => {
  const store = useComparisonStore();
  await store.start({ conditionId: 'one-slow-node' });
  expect([store.isRunning, callsOf('comparison:start')]).toEqual([true, [{ conditionId: 'one-slow-node' }]]);
  await store.stop();
  expect(store.isRunning).toBe(false);
});

test('a deleted report leaves the list, the screen and the last status', async () => {
  const store = useComparisonStore();
  store.apply(idleComparison({ phase: 'ended', reportId: 'first' }));
  await store.hydrate();
  store.apply(idleComparison({ phase: 'ended', reportId: 'first' }));
  await store.open('first');
  await store.remove('first');
  expect([store.reports.map(({ id }) => id), store.report, store.status!.reportId]).toEqual([['second'], null, null]);
});

test('another host\'s comparisons are forgotten', async () => {
  const store = useComparisonStore();
  await store.hydrate();
  await store.open('first');
  store.reset();
  expect([store.status, store.reports, store.conditions, store.report, store.isKnown]).toEqual([null, [], [], null, false]);
});

test('the phases that run are those between idle and an end', () => {
  const phases = ['idle', 'preparing', 'warming-up', 'running', 'stopping', 'ended', 'stopped', 'failed'] as const;
  expect(phases.filter(isRunningPhase)).toEqual(['preparing', 'warming-up', 'running', 'stopping']);
  expect(isRunningPhase(undefined)).toBe(false);
});

test('the same again is asked for with the same seed; a modelled video has no id to ask for', () => {
  const plan = comparisonPlan({ seed: 9, blockCount: 4 });
  expect(wishOf(plan)).toEqual({ conditionId: 'one-slow-node', clients: plan.clients, blocks: 4, sessionSec: 15, seed: 9, timeMode: 'real', videoId: plan.videoId });
  expect(wishOf({ ...plan, timeMode: 'virtual' })).not.toHaveProperty('videoId');
});
