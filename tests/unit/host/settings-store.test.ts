import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultSettings, SETTINGS_VERSION } from '../../../runtime/contract/settings.ts';
import { openSettings } from '../../../runtime/host/settings-store.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-settings-'));
  path = join(dir, 'settings.json');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the settings store', () => {
  it('begins with the defaults and writes nothing until something is set', async () => {
    const store = await openSettings(path);
    expect(store.get()).toEqual(defaultSettings());
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('finds again what was set, in a file for its owner alone', async () => {
    await (await openSettings(path)).set({ nodeCount: 3, theme: 'dark' });
    expect((await openSettings(path)).get()).toEqual({ ...defaultSettings(), nodeCount: 3, theme: 'dark' });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('lets two changes at once both win', async () => {
    const store = await openSettings(path);
    await Promise.all([store.set({ nodeCount: 7 }), store.set({ theme: 'light' }), store.set({ portBase: 9000 })]);
    expect((await openSettings(path)).get()).toMatchObject({ nodeCount: 7, theme: 'light', portBase: 9000 });
  });

  it('keeps the old settings when a change is refused, and goes on afterwards', async () => {
    const store = await openSettings(path);
    await expect(store.set({ nodeCount: 99 })).rejects.toMatchObject({ code: 'bad_request' });
    expect(store.get().nodeCount).toBe(5);
    expect((await store.set({ nodeCount: 2 })).nodeCount).toBe(2);
  });

  it('opens a file of version 1, and writes it in the present version with the next change', async () => {
    await writeFile(path, JSON.stringify({ version: 1, nodeCount: 7, theme: 'dark' }));
    const store = await openSettings(path);
    expect(store.get()).toEqual({ ...defaultSettings(), nodeCount: 7, theme: 'dark' });
    await store.set({ portBase: 9000 });
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: SETTINGS_VERSION, nodeCount: 7, portBase: 9000, theme: 'dark', replicaCount: 3 });
  });

  it.each([['damaged', '{"version": 1, '], ['of a newer program', '{"version": 99}'], ['foreign', '["a"]']])('refuses a %s file and leaves it as it is', async (_name, content) => {
    await writeFile(path, content);
    await expect(openSettings(path)).rejects.toThrow(path);
    expect(await readFile(path, 'utf8')).toBe(content);
  });
});
