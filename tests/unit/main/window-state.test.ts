import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultWindowState, readWindowState, writeWindowState } from '../../../main/window-state.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vstack-window-'));
  path = join(folder, 'window.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a window comes back where it was', () => {
  const state = { version: 1, x: 30, y: 40, width: 1300, height: 900, isMaximized: true } as const;
  writeWindowState(path, state);
  expect(readWindowState(path, [screen])).toEqual(state);
});

test('a window whose screen is gone keeps its size and forgets its place', () => {
  writeWindowState(path, { version: 1, x: 2500, y: 40, width: 1300, height: 900, isMaximized: false });
  expect(readWindowState(path, [screen])).toEqual({ version: 1, width: 1300, height: 900, isMaximized: false });
});

test('a missing, damaged or foreign file gives the defaults', () => {
  expect(readWindowState(path, [screen])).toEqual(defaultWindowState);
  for (const text of ['{', '{"version":2,"width":1,"height":1}', '{"version":1,"width":1,"height":1,"isMaximized":false}']) {
    writeFileSync(path, text);
    expect(readWindowState(path, [screen])).toEqual(defaultWindowState);
  }
});
