// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import Sparkline from '../../../../renderer/components/Sparkline.vue';
import { sparklinePath } from '../../../../renderer/components/sparkline.ts';
import { mountAttached } from './attached.ts';

const path = (values: (number | null)[], ceiling = 0): string => sparklinePath({ values, pointCount: 5, widthPx: 40, heightPx: 16, ceiling });

describe('the path', () => {
  test('ends at the end and reaches from the floor to the top', () => expect(path([0, 5, 10])).toBe('M20.0 15.0L30.0 8.0L40.0 1.0'));
  test('fills the width once there are enough values, and forgets the oldest', () => expect(path([9, 0, 0, 0, 0, 0])).toBe('M0.0 15.0L10.0 15.0L20.0 15.0L30.0 15.0L40.0 15.0'));
  test('breaks where nothing was measured', () => expect(path([1, 1, null, 1, 1])).toBe('M0.0 1.0L10.0 1.0M30.0 1.0L40.0 1.0'));
  test('draws a value between two gaps as a dot', () => expect(path([null, 1, null])).toBe('M30.0 1.0h0'));
  test('stays flat below its ceiling', () => expect(path([1, 1], 10)).toBe('M30.0 13.6L40.0 13.6'));
  test('is empty without values, and knows no division by zero', () => {
    expect(path([])).toBe('');
    expect(path([0, 0])).toBe('M30.0 15.0L40.0 15.0');
  });
});

describe('Sparkline', () => {
  test('is a picture with a name', () => {
    const line = mountAttached(Sparkline, { props: { values: [1, 2], label: 'CPU of node-1' } });
    expect(line.attributes()).toMatchObject({ role: 'img', 'aria-label': 'CPU of node-1' });
    expect(line.find('.line').exists()).toBe(true);
  });
  test('has only its floor while there is nothing to compare', () => {
    expect(mountAttached(Sparkline, { props: { values: [1], label: 'CPU' } }).find('.line').exists()).toBe(false);
  });
  test('takes the colour of a node, or stands back', () => {
    expect(mountAttached(Sparkline, { props: { values: [], label: 'CPU', colour: 'var(--n2)' } }).attributes('style')).toContain('var(--n2)');
    expect(mountAttached(Sparkline, { props: { values: [], label: 'CPU', tone: 'quiet' } }).classes()).toContain('quiet');
  });
});
