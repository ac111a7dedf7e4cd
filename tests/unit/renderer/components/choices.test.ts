// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { h } from 'vue';
import Checkbox from '../../../../renderer/components/Checkbox.vue';
import SegmentedControl from '../../../../renderer/components/SegmentedControl.vue';
import Select from '../../../../renderer/components/Select.vue';
import Switch from '../../../../renderer/components/Switch.vue';
import { allInPage, inPage, mountAttached, press, settle } from './attached.ts';

describe.each([
  { name: 'Switch', component: Switch, role: 'switch' },
  { name: 'Checkbox', component: Checkbox, role: 'checkbox' },
])('$name', ({ component, role }) => {
  const mounted = (props: Record<string, unknown> = {}) => mountAttached(component as typeof Switch, { props: { label: 'Follow', modelValue: false, ...props } });

  test('has its role, its state and its label', () => {
    const box = mounted();
    const control = box.get(`[role="${role}"]`);
    expect(control.attributes('aria-checked')).toBe('false');
    expect(box.get('label').attributes('for')).toBe(control.attributes('id'));
    expect(box.get('label').text()).toBe('Follow');
  });
  test('turns with a click', async () => {
    const box = mounted();
    await box.get(`[role="${role}"]`).trigger('click');
    expect(box.emitted('update:modelValue')).toEqual([[true]]);
  });
  test('its hint is read with it', () => {
    const box = mounted({ hint: 'New lines come into view' });
    expect(inPage(`#${box.get(`[role="${role}"]`).attributes('aria-describedby')}`)!.textContent).toBe('New lines come into view');
  });
  test('disabled, it does not turn', async () => {
    const box = mounted({ disabled: true });
    await box.get(`[role="${role}"]`).trigger('click');
    expect(box.emitted('update:modelValue')).toBeUndefined();
  });
});

test('a checkbox may stand for some of several', () => {
  expect(mountAttached(Checkbox, { props: { label: 'All nodes', modelValue: 'indeterminate' } }).get('[role="checkbox"]').attributes('aria-checked')).toBe('mixed');
});

describe('SegmentedControl', () => {
  const options = [{ value: 'min', label: '5 min' }, { value: 'hour', label: '1 h' }, { value: 'day', label: '24 h', disabled: true }];
  const mounted = (props: Record<string, unknown> = {}) => mountAttached(SegmentedControl<string>, { props: { label: 'Range', options, modelValue: 'min', ...props } });

  test('is a group of radio buttons with one chosen', () => {
    const control = mounted();
    expect(control.attributes()).toMatchObject({ role: 'radiogroup', 'aria-label': 'Range' });
    expect(control.findAll<HTMLInputElement>('input[type="radio"]').map((radio) => radio.element.checked)).toEqual([true, false, false]);
    expect(new Set(control.findAll('input').map((radio) => radio.attributes('name'))).size).toBe(1);
  });
  test('choosing tells the value', async () => {
    const control = mounted();
    await control.findAll('input')[1]!.setValue();
    expect(control.emitted('update:modelValue')).toEqual([['hour']]);
  });
  test('what cannot be chosen is disabled, one or all', () => {
    expect(mounted().findAll('input').map((radio) => radio.attributes('disabled') !== undefined)).toEqual([false, false, true]);
    expect(mounted({ disabled: true }).findAll('input').every((radio) => radio.attributes('disabled') !== undefined)).toBe(true);
  });
  test('two groups on one page do not take each other\'s choice', () => {
    const pair = mountAttached({ render: () => ['A', 'B'].map((label) => h(SegmentedControl<string>, { label, options, modelValue: 'min' })) });
    expect(new Set(pair.findAll('input').map((radio) => radio.attributes('name'))).size).toBe(2);
  });
  test('icons alone still have their words', () => {
    const control = mounted({ iconsOnly: true, options: [{ value: 'light', label: 'Light', icon: 'light' }], modelValue: 'light' });
    expect(control.get('label').text()).toBe('Light');
    expect(control.get('label > span').classes()).toContain('visually-hidden');
    expect(control.get('label').attributes('title')).toBe('Light');
  });
});

describe('Select', () => {
  const options = [{ value: 'rs42', label: 'Reed–Solomon 4+2', hint: '1.5×' }, { value: 'x3', label: 'Three copies' }, { value: 'x2', label: 'Two copies', disabled: true }];
  const mounted = (props: Record<string, unknown> = {}) => mountAttached(Select<string>, { props: { label: 'Redundancy', options, modelValue: 'rs42', ...props } });
  const openByKey = async (select: ReturnType<typeof mounted>): Promise<void> => {
    const trigger = select.get<HTMLElement>('[role="combobox"]');
    trigger.element.focus();
    await press('ArrowDown', trigger.element);
    await settle();
  };

  test('shows what is chosen, under its name', () => {
    const select = mounted();
    expect(select.get('[role="combobox"]').text()).toBe('Reed–Solomon 4+2');
    expect(select.get('[role="combobox"]').attributes('aria-label')).toBe('Redundancy');
  });
  test('asks to choose while nothing is', () => {
    expect(mounted({ modelValue: undefined }).get('[role="combobox"]').text()).toBe('Choose…');
  });
  test('opens with the keyboard and lists every choice, the chosen one marked', async () => {
    await openByKey(mounted());
    expect(inPage('[role="listbox"]')).not.toBeNull();
    expect(allInPage('[role="option"]').map((option) => option.getAttribute('aria-selected'))).toEqual(['true', 'false', 'false']);
    expect(allInPage('[role="option"]')[2]!.getAttribute('aria-disabled')).toBe('true');
  });
  test('ties the list to its button, and hides nothing else of the page', async () => {
    const heading = document.body.appendChild(document.createElement('h1'));
    const select = mounted();
    await openByKey(select);
    const trigger = select.get('[role="combobox"]');
    expect(trigger.attributes()).toMatchObject({ 'aria-haspopup': 'listbox', 'aria-expanded': 'true' });
    expect(inPage(`#${trigger.attributes('aria-controls')}`)!.getAttribute('role')).toBe('listbox');
    expect(heading.closest('[aria-hidden]')).toBeNull();
  });
  test('begins at what is chosen', async () => {
    await openByKey(mounted({ modelValue: 'x3' }));
    expect(document.activeElement?.textContent).toContain('Three copies');
  });
  test('Enter on a choice tells its value and closes the list', async () => {
    const select = mounted();
    await openByKey(select);
    await press('ArrowDown');
    await press('Enter');
    await settle();
    expect(select.emitted('update:modelValue')).toEqual([['x3']]);
    expect(inPage('[role="listbox"]')).toBeNull();
  });
  test('Escape closes the list and changes nothing', async () => {
    const select = mounted();
    await openByKey(select);
    await press('Escape');
    expect(inPage('[role="listbox"]')).toBeNull();
    expect(select.emitted('update:modelValue')).toBeUndefined();
  });
  test('an error is read with it', () => {
    const select = mounted({ error: 'Five nodes are too few for 4+2.' });
    expect(select.get('[role="combobox"]').attributes('aria-invalid')).toBe('true');
    expect(inPage(`#${select.get('[role="combobox"]').attributes('aria-describedby')}`)!.textContent).toContain('too few');
  });
  test('disabled, it does not open', async () => {
    await openByKey(mounted({ disabled: true }));
    expect(inPage('[role="listbox"]')).toBeNull();
  });
});
