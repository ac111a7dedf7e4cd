// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { effectScope, type EffectScope } from 'vue';
import { activeShortcuts, conflictsOf, listenForShortcuts, SEQUENCE_MS_MAX, type Shortcut, usePendingKeys, useShortcuts } from '../../../../renderer/composables/shortcuts.ts';

let scope: EffectScope;
let stop: () => void;
let done: string[];

const shortcut = (keys: Shortcut['keys'], name: string, overrides: Partial<Shortcut> = {}): Shortcut => ({
  keys, scope: 'Test', description: name, run: () => done.push(name), ...overrides,
});
const register = (...shortcuts: Shortcut[]): void => scope.run(() => useShortcuts(shortcuts));
const press = (key: string, on: Element = document.body, init: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  on.dispatchEvent(event);
  return event;
};
const add = (html: string): Element => {
  document.body.innerHTML = html;
  return document.body.querySelector('[data-here]')!;
};

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '';
  scope = effectScope();
  stop = listenForShortcuts(window);
  done = [];
});
afterEach(() => {
  scope.stop();
  stop();
  vi.useRealTimers();
});

test('a key does what it was registered for, and nothing once its component is gone', () => {
  register(shortcut(['k', 'Space'], 'play'));
  expect(press('k').defaultPrevented).toBe(true);
  press(' ');
  expect(done).toEqual(['play', 'play']);
  scope.stop();
  expect(press('k').defaultPrevented).toBe(false);
  expect(done).toHaveLength(2);
  expect(activeShortcuts()).toEqual([]);
});

test('the youngest registration of a key wins, and gives it back', () => {
  register(shortcut('f', 'older'));
  const inner = effectScope();
  inner.run(() => useShortcuts([shortcut('f', 'younger')]));
  press('f');
  inner.stop();
  press('f');
  expect(done).toEqual(['younger', 'older']);
});

describe('a sequence', () => {
  beforeEach(() => register(shortcut('g c', 'cluster'), shortcut('c', 'clear'), shortcut('x', 'other')));

  test('is two keys one after the other, and shows that it waits', () => {
    press('g');
    expect(usePendingKeys().value).toBe('g');
    press('c');
    expect(done).toEqual(['cluster']);
    expect(usePendingKeys().value).toBeNull();
  });

  test('is forgotten after a while, and by a key that does not belong to it', () => {
    press('g');
    vi.advanceTimersByTime(SEQUENCE_MS_MAX);
    press('c');
    press('g');
    press('x');
    press('c');
    expect(done).toEqual(['clear', 'other', 'clear']);
  });
});

describe('keys are left alone', () => {
  beforeEach(() => register(shortcut(['k', 'Space', '/'], 'act'), shortcut('Mod+k', 'palette', { whileTyping: true })));

  test.each(['<input data-here />', '<textarea data-here></textarea>', '<select data-here></select>', '<div contenteditable data-here></div>'])('while somebody types in %s', (html) => {
    press('k', add(html));
    press('/', add(html));
    expect(done).toEqual([]);
    press('k', add(html), { ctrlKey: true });
    expect(done).toEqual(['palette']);
  });

  test.each(['<div role="dialog"><p data-here></p></div>', '<div role="alertdialog"><button data-here></button></div>', '<ul role="menu"><li data-here></li></ul>'])('in %s', (html) => {
    press('k', add(html));
    press('k', add(html), { ctrlKey: true });
    expect(done).toEqual([]);
  });

  test('that the focused control needs itself, but not its letters', () => {
    const slider = add('<input type="range" data-here />');
    press(' ', slider);
    expect(done).toEqual([]);
    press('k', slider);
    expect(done).toEqual(['act']);
  });

  test('when somebody else has handled them', () => {
    const button = add('<button data-here></button>');
    button.addEventListener('keydown', (event) => event.preventDefault());
    press('k', button);
    expect(done).toEqual([]);
  });
});

test('conflicts are the same keys twice, and keys that begin another\'s sequence', () => {
  const named = (keys: Shortcut['keys'], name: string): Shortcut => shortcut(keys, name);
  expect(conflictsOf([named(['k', 'Space'], 'a'), named('f', 'b'), named('g c', 'c'), named('g l', 'd')])).toEqual([]);
  expect(conflictsOf([named(['k', 'Space'], 'a'), named('Space', 'b')])).toEqual(['"Space" (Test: a) and "Space" (Test: b)']);
  expect(conflictsOf([named('g', 'a'), named('g c', 'b')])).toHaveLength(1);
});
