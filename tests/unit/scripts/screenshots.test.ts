import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programPages, views } from '../../../renderer/navigation.ts';
import { fileNameOf, tourNames, viewsOf } from '../../../scripts/screenshots/names.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('the README shows every picture that is taken, in both themes and sizes, and no other', () => {
  const shown = new Set([...readme.matchAll(/\]\(docs\/screenshots\/([^)]+)\)/g)].map(([, path]) => path!));
  const taken = tourNames.flatMap((name) => ['light', 'dark'].flatMap((theme) => [1280, 1920].map((widthPx) => fileNameOf(name, theme, widthPx))));
  expect(shown).toEqual(new Set(taken));
  expect(shown.size).toBe(4 * tourNames.length);
});

test('every view of the sidebar is taken', () => {
  const taken = Object.values(viewsOf('video'));
  for (const { path } of [...views, ...programPages]) expect(taken.some((address) => address.startsWith(path)), path).toBe(true);
});
