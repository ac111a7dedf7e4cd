// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import Slider from '../../../../renderer/components/Slider.vue';
import { mountAttached, press, settle } from './attached.ts';

const mounted = (props: Record<string, unknown> = {}) =>
  mountAttached(Slider, { props: { label: 'Latency', min: 0, max: 2000, step: 1, unit: 'ms', modelValue: 120, ...props } });
type Mounted = ReturnType<typeof mounted>;
const thumbOf = (slider: Mounted) => slider.get<HTMLElement>('[role="slider"]');
const pressThumb = async (slider: Mounted, key: string, init: KeyboardEventInit = {}): Promise<void> => {
  // Reka numbers the thumbs of a slider once they are in the page.
  await settle();
  thumbOf(slider).element.focus();
  await press(key, thumbOf(slider).element, init);
};
const typeIn = async (slider: Mounted, text: string): Promise<void> => {
  const input = slider.get<HTMLInputElement>('input[type="text"]');
  input.element.value = text;
  await input.trigger('change');
};

test('says its name, its value with the unit, and its limits', () => {
  expect(thumbOf(mounted()).attributes()).toMatchObject({ 'aria-label': 'Latency', 'aria-valuenow': '120', 'aria-valuetext': '120 ms', 'aria-valuemin': '0', 'aria-valuemax': '2000' });
});

test('on a logarithmic track too, the value is said and not the place', () => {
  expect(thumbOf(mounted({ scale: 'log' })).attributes()).toMatchObject({ 'aria-valuenow': '120', 'aria-valuetext': '120 ms', 'aria-valuemin': '0', 'aria-valuemax': '2000' });
});

test('moves with the arrow keys and says when it was let go', async () => {
  const slider = mounted();
  await pressThumb(slider, 'ArrowRight');
  expect(slider.emitted('update:modelValue')).toEqual([[121]]);
  expect(slider.emitted('commit')).toHaveLength(1);
});

test('a commit tells the new value even before whoever holds the model has drawn it', async () => {
  const slider = mounted({ 'onUpdate:modelValue': () => undefined });
  await typeIn(slider, '300');
  expect(slider.emitted('commit')).toEqual([[300]]);
});

test('Home and End lead to its ends', async () => {
  const slider = mounted();
  await pressThumb(slider, 'End');
  await pressThumb(slider, 'Home');
  expect(slider.emitted('update:modelValue')!.flat()).toEqual([2000, 0]);
});

test('on a logarithmic track an arrow key is a ratio', async () => {
  const slider = mounted({ scale: 'log', modelValue: 1000 });
  await pressThumb(slider, 'ArrowRight');
  const [value] = slider.emitted('update:modelValue')![0] as [number];
  expect(value).toBeGreaterThan(1020);
  expect(value).toBeLessThan(1200);
});

test('a typed number is brought within the limits, and committed', async () => {
  const slider = mounted();
  await typeIn(slider, '9000');
  expect(slider.emitted('update:modelValue')).toEqual([[2000]]);
  expect(slider.emitted('commit')).toEqual([[2000]]);
});

test('a comma is as good as a point', async () => {
  const slider = mounted({ label: 'Loss', max: 100, step: 0.1, unit: '%', modelValue: 1 });
  await typeIn(slider, '2,5');
  expect(slider.emitted('commit')).toEqual([[2.5]]);
});

test.each(['', 'fast', '1e999'])('what is no number ("%s") changes nothing, and the old one stands there again', async (typed) => {
  const slider = mounted();
  await typeIn(slider, typed);
  expect(slider.emitted('update:modelValue')).toBeUndefined();
  expect(slider.get<HTMLInputElement>('input[type="text"]').element.value).toBe('120');
});

test('in the number field, up and down step, with Shift by ten', async () => {
  const slider = mounted();
  await press('ArrowUp', slider.get('input[type="text"]').element);
  await press('ArrowDown', slider.get('input[type="text"]').element, { shiftKey: true });
  expect(slider.emitted('commit')!.flat()).toEqual([121, 111]);
});

test('disabled, neither keys nor typing reach it', async () => {
  const slider = mounted({ disabled: true });
  expect(thumbOf(slider).attributes('tabindex')).toBeUndefined();
  expect(slider.get('input[type="text"]').attributes('disabled')).toBeDefined();
});

test('the number field is as wide as its widest value, so that nothing moves', () => {
  expect(mounted().get('input[type="text"]').attributes('style')).toContain('4ch');
  expect(mounted({ max: 100, step: 0.1 }).get('input[type="text"]').attributes('style')).toContain('4ch');
});
