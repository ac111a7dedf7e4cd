// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, type EffectScope, nextTick, shallowRef } from 'vue';
import { useElapsed } from '../../../../renderer/composables/elapsed.ts';
import type { ScenarioRun } from '../../../../runtime/contract/control/network.ts';
import { scenarioRun } from '../../../fixtures/scripted-door/network-states.ts';

let scope: EffectScope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const count = (first: ScenarioRun | null) => {
  const run = shallowRef(first);
  return { run, elapsed: scope.run(() => useElapsed(() => run.value))! };
};

test('counts on between two words of the host, and not for long without one', () => {
  const { elapsed } = count(scenarioRun('chaos', 10));
  expect(elapsed.value).toBe(10);
  vi.advanceTimersByTime(1_000);
  expect(elapsed.value).toBe(11);
  vi.advanceTimersByTime(60_000);
  expect(elapsed.value).toBe(13);
});

test('never steps back a little, and never beyond the end', async () => {
  const { run, elapsed } = count(scenarioRun('chaos', 88));
  vi.advanceTimersByTime(1_500);
  run.value = scenarioRun('chaos', 89);
  await nextTick();
  expect(elapsed.value).toBe(89.5);
  vi.advanceTimersByTime(3_000);
  expect(elapsed.value).toBe(90);
});

test('stands still where a run ended, and at nought without one', async () => {
  const { run, elapsed } = count(scenarioRun('chaos', 42, { phase: 'stopped' }));
  vi.advanceTimersByTime(5_000);
  expect(elapsed.value).toBe(42);
  run.value = null;
  await nextTick();
  expect(elapsed.value).toBe(0);
});
