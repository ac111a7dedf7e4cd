// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { h } from 'vue';
import Field from '../../../../renderer/components/Field.vue';
import NumberStepper from '../../../../renderer/components/NumberStepper.vue';
import TextField from '../../../../renderer/components/TextField.vue';
import { inPage, mountAttached, press, settle } from './attached.ts';

describe('Field', () => {
  const field = (props: object = {}) =>
    mountAttached(Field, { props: { label: 'Nodes', ...props }, slots: { default: ({ id, describedBy }: { id: string; describedBy?: string }) => h('input', { id, 'aria-describedby': describedBy }) } });

  test('ties its label and its note to whatever is filled in', () => {
    const named = field({ hint: 'One process each' });
    const input = named.get('input');
    expect(named.get('label').attributes('for')).toBe(input.attributes('id'));
    expect(inPage(`#${input.attributes('aria-describedby')}`)!.textContent).toBe('One process each');
  });
  test('without a note nothing is described by it, and the place for an error is already read out', async () => {
    const quiet = field();
    expect(quiet.get('input').attributes('aria-describedby')).toBeUndefined();
    expect(quiet.get('.note').attributes('aria-live')).toBe('polite');
    await quiet.setProps({ error: 'At most 16.' });
    expect(inPage(`#${quiet.get('input').attributes('aria-describedby')}`)!.textContent).toBe('✕ At most 16.');
  });
});

describe('TextField', () => {
  const field = (props: Partial<InstanceType<typeof TextField>['$props']> = {}, attrs: Record<string, unknown> = {}) =>
    mountAttached(TextField, { props: { label: 'Title', modelValue: 'Harbour', ...props }, attrs });

  test('its label belongs to the input', () => {
    const text = field();
    expect(text.get('label').attributes('for')).toBe(text.get('input').attributes('id'));
    expect(text.get('input').element.value).toBe('Harbour');
  });
  test('two fields do not share their ids', () => {
    const pair = mountAttached({ render: () => [h(TextField, { label: 'A', modelValue: '' }), h(TextField, { label: 'B', modelValue: '' })] });
    const ids = pair.findAll('input').map((input) => input.attributes('id'));
    expect(new Set(ids).size).toBe(2);
  });
  test('tells what is typed', async () => {
    const text = field();
    await text.get('input').setValue('Harbour, winter');
    expect(text.emitted('update:modelValue')).toEqual([['Harbour, winter']]);
  });
  test('a hint is read with the input', () => {
    const text = field({ hint: 'Shown in every list' });
    expect(inPage(`#${text.get('input').attributes('aria-describedby')}`)!.textContent).toBe('Shown in every list');
    expect(text.get('input').attributes('aria-invalid')).toBeUndefined();
  });
  test('an error takes the place of the hint, with a sign and not in colour alone', () => {
    const text = field({ hint: 'Shown in every list', error: 'A title is needed.' });
    expect(inPage(`#${text.get('input').attributes('aria-describedby')}`)!.textContent).toBe('✕ A title is needed.');
    expect(text.get('input').attributes('aria-invalid')).toBe('true');
  });
  test('a hidden label is still said', () => {
    expect(field({ hideLabel: true }).get('label').classes()).toContain('visually-hidden');
  });
  test('further attributes reach the input, not the frame', () => {
    const text = field({}, { placeholder: 'Search', type: 'search', spellcheck: 'false' });
    expect(text.get('input').attributes()).toMatchObject({ placeholder: 'Search', type: 'search', spellcheck: 'false' });
    expect(text.attributes('placeholder')).toBeUndefined();
  });
  test('the cross empties it and leaves the focus in it', async () => {
    const text = field({ isClearable: true });
    await text.get('button').trigger('click');
    expect(text.emitted('update:modelValue')).toEqual([['']]);
    expect(document.activeElement).toBe(text.get('input').element);
  });
  test('the first Escape empties it, the next one is for the dialog around it', async () => {
    const text = field({ isClearable: true });
    const heard: string[] = [];
    document.body.addEventListener('keydown', ({ key }) => heard.push(key), { once: true });
    await press('Escape', text.get('input').element);
    expect(heard).toEqual([]);
    await text.setProps({ modelValue: '' });
    await press('Escape', text.get('input').element);
    expect(heard).toEqual(['Escape']);
  });
  test('offers no cross while it is empty or disabled', () => {
    expect(field({ isClearable: true, modelValue: '' }).find('button').exists()).toBe(false);
    expect(field({ isClearable: true, disabled: true }).find('button').exists()).toBe(false);
  });
  test('can be given the focus from outside', async () => {
    const text = field();
    (text.vm as unknown as { focus: () => void }).focus();
    await settle();
    expect(document.activeElement).toBe(text.get('input').element);
  });
});

describe('NumberStepper', () => {
  const stepper = (modelValue = 3) => mountAttached(NumberStepper, { props: { label: 'Storage nodes', min: 1, max: 8, modelValue } });

  test('steps with its buttons, each with a name', async () => {
    const number = stepper();
    await number.get('[aria-label="More: Storage nodes"]').trigger('click');
    await number.get('[aria-label="Fewer: Storage nodes"]').trigger('click');
    expect(number.emitted('update:modelValue')).toEqual([[4], [3]]);
  });
  test('stops at its ends', () => {
    expect(stepper(1).get('[aria-label="Fewer: Storage nodes"]').attributes('disabled')).toBeDefined();
    expect(stepper(8).get('[aria-label="More: Storage nodes"]').attributes('disabled')).toBeDefined();
  });
  test.each([['99', 8], ['0', 1], ['4.6', 5]])('brings a typed %s within its limits', async (typed, expected) => {
    const number = stepper();
    await number.get('input').setValue(typed);
    await number.get('input').trigger('change');
    expect(number.emitted('update:modelValue')!.at(-1)).toEqual([expected]);
  });
  test('puts the old number back when nothing was typed', async () => {
    const number = stepper();
    const input = number.get('input').element as HTMLInputElement;
    input.value = '';
    await number.get('input').trigger('change');
    expect(number.emitted('update:modelValue')).toBeUndefined();
    expect(input.value).toBe('3');
  });
  test('its label belongs to the input', () => {
    const number = stepper();
    expect(number.get('label').attributes('for')).toBe(number.get('input').attributes('id'));
  });
});
