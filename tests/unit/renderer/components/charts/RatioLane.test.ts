// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { expect, test } from 'vitest';
import RatioLane from '../../../../../renderer/components/charts/RatioLane.vue';
import { ratioScale } from '../../../../../renderer/comparison/ratio-scale.ts';
import { verdictLooks } from '../../../../../renderer/comparison/verdicts.ts';

const estimate = (value: number | null, low: number | null = null, high: number | null = null) => ({ value, low, high });
const scale = ratioScale([estimate(0.1), estimate(10)]);
const show = (props: object): VueWrapper => mount(RatioLane, { props: { estimate: estimate(0.316, 0.1, 1), scale, verdict: 'better', better: 'lower', ...props } as never });
const styleOf = (wrapper: VueWrapper, selector: string): CSSStyleDeclaration => (wrapper.get(selector).element as HTMLElement).style;

test('dot and whisker stand where the ratio and its interval are, the better side is tinted up to 1×', () => {
  const lane = show({});
  expect(Number.parseFloat(styleOf(lane, '.dot').insetInlineStart)).toBeCloseTo(25, 1);
  expect([styleOf(lane, '.whisker').insetInlineStart, styleOf(lane, '.whisker').inlineSize]).toEqual(['0%', '50%']);
  expect(lane.findAll('.tick.one')).toHaveLength(1);
  expect(lane.get('.side').attributes('style')).toContain('0 50%');
  expect(show({ better: 'higher' }).get('.side').attributes('style')).toContain('50% 0');
});

test('the verdict is a shape, not only a colour, and screen readers read the figures beside it', () => {
  const lane = show({ verdict: 'worse' });
  expect(lane.find('path').attributes('d')).toBe(verdictLooks.worse.glyph);
  expect(lane.attributes('aria-hidden')).toBe('true');
});

test('what goes on beyond the axis has no end drawn there', () => {
  const lane = show({ estimate: estimate(0.5, 0.01, 100) });
  expect(lane.get('.whisker').classes()).toEqual(expect.arrayContaining(['low-out', 'high-out']));
});

test('without an interval there is no whisker, without a ratio no dot', () => {
  expect(show({ estimate: estimate(0.5) }).find('.whisker').exists()).toBe(false);
  expect(show({ estimate: estimate(null) }).find('.dot').exists()).toBe(false);
});
