// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { conflictsOf, keysOf } from '../../../../renderer/composables/shortcuts.ts';
import { focusFilter, frameShortcuts } from '../../../../renderer/composables/shortcuts-frame.ts';
import { ANYWHERE, GO_TO, groupShortcuts } from '../../../../renderer/composables/shortcuts-overview.ts';

const pushed: string[] = [];
const shortcuts = frameShortcuts({ push: (path) => (pushed.push(String(path)), Promise.resolve()) });

beforeEach(() => {
  document.body.innerHTML = '';
  pushed.length = 0;
});

test('no key means two things', () => expect(conflictsOf(shortcuts)).toEqual([]));

test('the ninth digit leads to the ninth view', () => {
  shortcuts.find((shortcut) => keysOf(shortcut).includes('9'))!.run(new KeyboardEvent('keydown'));
  expect(pushed).toEqual(['/reports']);
});

test('the filter is the view\'s search field, or the one it marks', () => {
  expect(focusFilter(document)).toBe(false);
  document.body.innerHTML = '<div id="main"><input type="search" id="first" /><input data-view-filter id="marked" /></div><input type="search" />';
  expect(focusFilter(document)).toBe(true);
  expect(document.activeElement?.id).toBe('marked');
  document.getElementById('marked')!.remove();
  focusFilter(document);
  expect(document.activeElement?.id).toBe('first');
});

test('the overview begins with what the view adds', () => {
  const own = { keys: 'k', scope: 'Player', description: 'Play', run: () => undefined };
  expect(groupShortcuts([...shortcuts, own]).map((group) => group.scope)).toEqual(['Player', ANYWHERE, GO_TO]);
});
