import { expect, test } from 'vitest';
import { wholePx } from '../../../../renderer/composables/whole-rows.ts';

test('a box shows as many whole entries as fit, whatever their heights', () => {
  expect(wholePx(100, [26, 68, 94, 136])).toBe(94);
  expect(wholePx(136, [26, 68, 94, 136])).toBe(136);
});

test('an entry that is higher than the box fills it, and an empty list takes what there is', () => {
  expect(wholePx(100, [140])).toBe(100);
  expect(wholePx(100, [])).toBe(100);
});
