import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, type EffectScope, nextTick, shallowRef } from 'vue';
import { STEADY_MS, useSteady } from '../../../../renderer/composables/steady.ts';

let scope: EffectScope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

test('a figure that is told forty times a second changes twice a second, and ends with the last', async () => {
  const told = shallowRef(0);
  const shown = scope.run(() => useSteady(() => told.value * 10))!;
  const seen = [shown.value];
  for (let step = 1; step <= 80; step++) {
    told.value = step;
    await nextTick();
    await vi.advanceTimersByTimeAsync(25);
    if (shown.value !== seen.at(-1)) seen.push(shown.value);
  }
  expect(seen.length - 1).toBeLessThanOrEqual(2_000 / STEADY_MS + 1);
  expect(seen.length).toBeGreaterThan(3);
  await vi.advanceTimersByTimeAsync(STEADY_MS);
  expect(shown.value).toBe(800);
});

test('what changes after a rest is shown at once', async () => {
  const told = shallowRef(1);
  const shown = scope.run(() => useSteady(() => told.value))!;
  await vi.advanceTimersByTimeAsync(10 * STEADY_MS);
  told.value = 2;
  await nextTick();
  expect(shown.value).toBe(2);
});
