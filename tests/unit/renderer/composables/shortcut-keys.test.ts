import { expect, test } from 'vitest';
import { chordOf, isControlKey, keycapsOf, type PressedKey } from '../../../../renderer/composables/shortcut-keys.ts';

const press = (key: string, modifiers: Partial<PressedKey> = {}): PressedKey => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

test.each([
  [press('k'), 'k'],
  [press('K', { shiftKey: true }), 'Shift+k'],
  [press('?', { shiftKey: true }), '?'],
  [press('/'), '/'],
  [press(' '), 'Space'],
  [press('ArrowLeft', { shiftKey: true }), 'Shift+ArrowLeft'],
  [press('k', { ctrlKey: true }), 'Mod+k'],
  [press('k', { metaKey: true }), 'Mod+k'],
  [press('k', { altKey: true }), null],
  [press('Shift', { shiftKey: true }), null],
  [press('Dead'), null],
])('%o is written %s', (pressed, chord) => expect(chordOf(pressed)).toBe(chord));

test('a character needs no Shift in its name, whatever the keyboard makes of it', () => {
  expect(chordOf(press('?'))).toBe(chordOf(press('?', { shiftKey: true })));
});

test('keycaps are drawn as they stand on the keyboard in use', () => {
  expect(keycapsOf('Mod+k', false)).toEqual([['Ctrl', 'K']]);
  expect(keycapsOf('Mod+k', true)).toEqual([['⌘', 'K']]);
  expect(keycapsOf('g c', false)).toEqual([['G'], ['C']]);
  expect(keycapsOf('Shift+ArrowLeft', false)).toEqual([['Shift', '←']]);
});

test('arrows and Space belong to the control that has the focus, letters do not', () => {
  expect(['Space', 'Shift+ArrowLeft', 'Home'].every(isControlKey)).toBe(true);
  expect(['k', '?', 'Mod+k'].some(isControlKey)).toBe(false);
});
