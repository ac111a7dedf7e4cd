import { expect, test } from 'vitest';
import { liveRange } from '../../../../renderer/charts/live-range.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const spanOf = (sinceMs: number | null): number => {
  const { fromMs, toMs } = liveRange(NOW, 15 * MINUTE, sinceMs);
  expect(toMs).toBe(NOW);
  return toMs - fromMs;
};

test('a record that is shorter than the window is shown from its beginning', () => {
  expect(spanOf(NOW - 2 * MINUTE)).toBe(2 * MINUTE);
});

test('a longer one fills the window, and so does one whose beginning is not known', () => {
  expect(spanOf(NOW - 60 * MINUTE)).toBe(15 * MINUTE);
  expect(spanOf(null)).toBe(15 * MINUTE);
});

test('the first seconds do not fill the whole width', () => {
  expect(spanOf(NOW - 1_000)).toBe(MINUTE / 2);
  expect(spanOf(NOW + 1_000)).toBe(MINUTE / 2);
});
