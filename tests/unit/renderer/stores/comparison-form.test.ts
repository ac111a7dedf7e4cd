import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import * as form from '../../../../renderer/stores/comparison-form.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useComparisonStore } from '../../../../renderer/stores/comparison.ts';
import { CLIENT_KINDS } from '../../../../runtime/contract/client-kind.ts';
import * as contract from '../../../../runtime/contract/comparison.ts';
import { ComparisonWish } from '../../../../runtime/contract/control/comparison.ts';
import { knownComparisons } from '../../../fixtures/scripted-door/comparison-states.ts';
import { clusterStatus, stoppedCluster } from '../../../fixtures/scripted-door/states.ts';

beforeEach(() => {
  setActivePinia(createPinia());
  useComparisonStore().conditions = knownComparisons().conditions;
  useClusterStore().apply(clusterStatus());
});

test('the bounds are those of the contract', () => {
  expect({ max: form.BLOCKS_MAX, blocks: form.BLOCKS_DEFAULT, sec: form.SESSION_SEC_DEFAULT, secMax: form.SESSION_SEC_MAX }).toEqual({
    max: contract.BLOCKS_MAX, blocks: contract.BLOCKS_DEFAULT, sec: contract.SESSION_SEC_DEFAULT, secMax: contract.SESSION_SEC_MAX,
  });
  const fits = (wish: object): boolean => ComparisonWish.safeParse({ conditionId: 'healthy', ...wish }).success;
  expect([fits({ sessionSec: form.SESSION_SEC_MIN }), fits({ sessionSec: form.SESSION_SEC_MIN - 1 })]).toEqual([true, false]);
  expect([fits({ seed: form.SEED_MAX }), fits({ seed: form.SEED_MAX + 1 })]).toEqual([true, false]);
});

test('the defaults can be compared at once: the main condition, all clients, real time while a cluster runs', () => {
  const store = form.useComparisonForm();
  expect(store.isValid).toBe(true);
  expect(store.wish()).toEqual({ conditionId: 'one-slow-node', clients: [...CLIENT_KINDS], blocks: 5, sessionSec: 15, timeMode: 'real' });
  expect(ComparisonWish.safeParse(store.wish()).success).toBe(true);
  expect(store.playingMs).toBe(450_000);
});

describe('without a cluster', () => {
  beforeEach(() => useClusterStore().apply(stoppedCluster()));

  test('virtual time is what is left, and can be compared', () => {
    const store = form.useComparisonForm();
    expect([store.timeMode, store.isValid, store.wish().timeMode]).toEqual(['virtual', true, 'virtual']);
  });
  test('real time that was chosen is kept, and said to need a cluster', () => {
    const store = form.useComparisonForm();
    store.timeMode = 'real';
    expect(store.errors.timeMode).toContain('needs a running cluster');
    expect(store.isValid).toBe(false);
    useClusterStore().apply(clusterStatus());
    expect(store.isValid).toBe(true);
  });
});

test.each([
  ['blocks', '0'], ['blocks', '501'], ['blocks', '2.5'], ['blocks', ''], ['blocks', 'five'],
  ['sessionSec', '1'], ['sessionSec', '601'], ['seed', '-1'], ['seed', '2147483649'], ['seed', 'x'],
] as const)('%s “%s” is refused in words that name it', (field, value) => {
  const store = form.useComparisonForm();
  store.fields[field] = value;
  expect(store.errors[field]).toContain(`“${value}”`);
  expect(store.isValid).toBe(false);
  expect(store.playingMs === null).toBe(field !== 'seed');
});

test('clients are asked for in the order of the contract, and two are the least', () => {
  const store = form.useComparisonForm();
  for (const client of ['smart', 'naive-retry', 'random-two'] as const) store.toggle(client, false);
  expect(store.wish().clients).toEqual(['naive', 'oracle']);
  store.toggle('naive', false);
  expect(store.errors.clients).toBe('Expected two clients at least, got one.');
  store.toggle('smart', true);
  expect(store.wish().clients).toEqual(['smart', 'oracle']);
});

test('a seed and a video are asked for where they were given, a video only in real time', () => {
  const store = form.useComparisonForm();
  Object.assign(store.fields, { seed: ' 42 ', videoId: 'vid-000000000001', conditionId: 'healthy' });
  expect(store.wish()).toMatchObject({ conditionId: 'healthy', seed: 42, videoId: 'vid-000000000001' });
  store.timeMode = 'virtual';
  expect(store.wish()).not.toHaveProperty('videoId');
});

test('before the host has told its conditions nothing can be compared', () => {
  useComparisonStore().conditions = [];
  const store = form.useComparisonForm();
  expect([store.condition, store.isValid]).toEqual([null, false]);
});
