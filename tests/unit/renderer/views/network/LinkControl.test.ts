// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { type LinkParameter, type ParameterKey, parameterOf } from '../../../../../renderer/network/parameters.ts';
import { stepFrom } from '../../../../../renderer/network/scale.ts';
import LinkControl from '../../../../../renderer/views/network/LinkControl.vue';
import { mountAttached, press, settle } from '../../components/attached.ts';

const mounted = (key: ParameterKey, value: number | null, props: Record<string, unknown> = {}) =>
  mountAttached(LinkControl, { props: { parameter: parameterOf(key) as LinkParameter, who: 'node-2', value, ...props } });
type Mounted = ReturnType<typeof mounted>;
const thumbOf = (control: Mounted) => control.get<HTMLElement>('[role="slider"]');
const fieldOf = (control: Mounted) => control.get<HTMLInputElement>('input');
const sets = (control: Mounted): unknown[] => (control.emitted('set') ?? []).flat();
const pressThumb = async (control: Mounted, key: string, init: KeyboardEventInit = {}): Promise<void> => {
  await settle();
  thumbOf(control).element.focus();
  await press(key, thumbOf(control).element, init);
};
const typeIn = async (control: Mounted, text: string): Promise<void> => {
  fieldOf(control).element.value = text;
  await fieldOf(control).trigger('change');
};

describe('one figure of a link', () => {
  test('says whose it is and its value in words, at the slider and at the field', () => {
    const control = mounted('latency', 300);
    expect(thumbOf(control).attributes()).toMatchObject({ 'aria-label': 'Latency, node-2', 'aria-valuenow': '300', 'aria-valuetext': '300 ms', 'aria-valuemin': '0', 'aria-valuemax': '20000' });
    expect([fieldOf(control).attributes('aria-label'), fieldOf(control).element.value]).toEqual(['Latency in ms, node-2', '300']);
    expect(thumbOf(mounted('down', null)).attributes('aria-valuetext')).toBe('no limit');
    expect(thumbOf(mounted('loss', 2.5)).attributes('aria-valuetext')).toBe('2.5 percent');
  });

  test('shows beside it what is measured, with a mark on the track', () => {
    const control = mounted('latency', 300, { measured: '312', measuredValue: 312 });
    expect(control.get('.now').text()).toBe('measured 312');
    expect(control.findAll('.mark')).toHaveLength(1);
    expect(mounted('latency', 0, { measured: '–' }).findAll('.mark')).toHaveLength(0);
  });

  test('stands back while it adds nothing', () => {
    expect([mounted('latency', 0).classes('set'), mounted('down', null).classes('set'), mounted('latency', 1).classes('set'), mounted('down', 10).classes('set')]).toEqual([false, false, true, true]);
  });
});

describe('keys on the slider', () => {
  test.each([
    ['ArrowRight', {}, 1], ['ArrowUp', {}, 1], ['ArrowLeft', {}, -1], ['ArrowDown', {}, -1], ['PageUp', {}, 8], ['PageDown', {}, -8], ['ArrowRight', { shiftKey: true }, 8],
  ])('%s %j goes %i stops', async (key, init, steps) => {
    const control = mounted('latency', 300);
    await pressThumb(control, key, init);
    expect(sets(control)).toEqual([stepFrom(300, steps, parameterOf('latency').scale)]);
  });
  test('Home and End lead to the ends of the track', async () => {
    const control = mounted('down', 10);
    await pressThumb(control, 'End');
    await pressThumb(control, 'Home');
    expect(sets(control)).toEqual([null, 0.1]);
  });
  test('at its end it says nothing, and disabled it says nothing at all', async () => {
    const atEnd = mounted('latency', 0);
    await pressThumb(atEnd, 'ArrowLeft');
    const off = mounted('latency', 5, { disabled: true });
    await pressThumb(off, 'ArrowRight');
    expect([sets(atEnd), sets(off), fieldOf(off).attributes('disabled')]).toEqual([[], [], '']);
  });
});

describe('the number field', () => {
  test('takes what the track does not reach, within the limits', async () => {
    const control = mounted('latency', 300);
    await typeIn(control, '157,5');
    await typeIn(control, '999999');
    expect(sets(control)).toEqual([157.5, 20_000]);
  });
  test('takes no limit in words, or nothing', async () => {
    const control = mounted('up', 5);
    await typeIn(control, 'none');
    await typeIn(control, '');
    expect(sets(control)).toEqual([null, null]);
  });
  test('keeps what was there when that was no number', async () => {
    const control = mounted('latency', 300);
    await typeIn(control, 'fast');
    expect([sets(control), fieldOf(control).element.value]).toEqual([[], '300']);
  });
  test('steps with up and down, and forgets with Escape', async () => {
    const control = mounted('latency', 300);
    await press('ArrowUp', fieldOf(control).element);
    fieldOf(control).element.value = '4';
    await press('Escape', fieldOf(control).element);
    expect([sets(control), fieldOf(control).element.value]).toEqual([[stepFrom(300, 1, parameterOf('latency').scale)], '300']);
  });
});

describe('of links that differ', () => {
  const mixed = () => mounted('latency', 300, { isMixed: true, marks: [{ value: 0, colour: 'red' }, { value: 300, colour: 'blue' }] });
  test('it shows where each stands, and no number of its own', () => {
    const control = mixed();
    expect([fieldOf(control).element.value, fieldOf(control).attributes('placeholder'), control.findAll('.mark').length]).toEqual(['', 'mixed', 2]);
    expect(thumbOf(control).attributes('aria-valuetext')).toBe('differs, up to 300 ms');
  });
  test('leaving the field empty changes nothing; any number makes them one, also the one that some have', async () => {
    const control = mixed();
    await typeIn(control, '');
    await typeIn(control, '300');
    expect(sets(control)).toEqual([300]);
  });
});
