/** The command palette, by keyboard alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { VStackError } from '../../runtime/contract/errors.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, settings, systemInfo, videoRow } from '../fixtures/scripted-door/states.ts';
import { describeDoors, type OpenDoor } from './doors.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));

describeDoors('the command palette', ({ open }) => {
  let host: ScriptedDoor;
  let door: OpenDoor;

  beforeAll(async () => {
    host = await openScriptedDoor(RENDERER_DIR, {
      'system:info': () => systemInfo(),
      'settings:get': () => settings(),
      'cluster:status': () => clusterStatus(),
      'videos:list': () => ({ videos: [videoRow(1, 'Harbour')], totalCount: 1 }),
      'uploads:list': () => ({ uploads: [] }),
    });
    door = await open({ scripted: host });
    await door.page.getByText('5 of 5 nodes').waitFor();
  });
  afterAll(async () => {
    await door?.close();
    await host?.close();
  });

  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await door.page.keyboard.press(key);
  };
  const openPalette = async (query: string): Promise<void> => {
    await press('Control+k');
    await door.page.getByRole('combobox', { name: 'Search or run a command' }).waitFor();
    await door.page.keyboard.type(query);
  };
  const activeOption = (): Promise<string> => door.page.getByRole('option', { selected: true }).innerText();
  const callsOf = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.input);

  test('opens by key, finds a view, and goes there; the keyboard goes on in the view', async () => {
    await openPalette('libr');
    expect(await activeOption()).toContain('Library');
    await press('Enter');
    await door.page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    await expect.poll(() => door.page.locator('#main').evaluate((view) => view.matches(':focus'))).toBe(true);
    await openPalette('');
    // What was used last stands first.
    expect(await activeOption()).toContain('Library');
    await press('Escape');
    await door.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('runs a call with a form, and refuses a bad input with words before it is sent', async () => {
    host.answers['cluster:launch'] = () => clusterStatus();
    await openPalette('cluster:launch');
    await press('Enter');
    // The first field has the cursor.
    await door.page.getByLabel('nodeCount').waitFor();
    await door.page.keyboard.type('99');
    await press('Enter');
    await door.page.getByText('Expected at most 16, got 99.').waitFor();
    expect(callsOf('cluster:launch')).toEqual([]);
    await press('Control+a');
    await door.page.keyboard.type('3');
    await press('Enter');
    await door.page.getByRole('dialog').getByText('Done').waitFor();
    expect(callsOf('cluster:launch')).toEqual([{ nodeCount: 3 }]);
    await door.page.getByRole('button', { name: 'children' }).waitFor();
  });

  test('goes back from a call to the search, and closes', async () => {
    await press('Escape');
    const search = door.page.getByRole('combobox', { name: 'Search or run a command' });
    await search.waitFor();
    // What was searched for is there to be typed over.
    await door.page.keyboard.type('logs');
    expect(await search.inputValue()).toBe('logs');
    await press('Escape');
    await door.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('asks before it kills a node, and does it once agreed', async () => {
    host.answers['nodes:kill'] = () => ({});
    await openPalette('kill node-2');
    await press('Enter');
    await door.page.getByRole('alertdialog', { name: 'Kill node-2?' }).waitFor();
    expect(callsOf('nodes:kill')).toEqual([]);
    await press('Tab', 'Enter');
    await door.page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await expect.poll(() => callsOf('nodes:kill')).toEqual([{ nodeId: 'node-2' }]);
  });

  test('chooses a known node in a form, and asks on top of it', async () => {
    host.answers['nodes:stop'] = () => Promise.reject(new VStackError('conflict', 'node-1 is stopping already.'));
    await openPalette('nodes:stop');
    await press('Enter');
    await door.page.getByRole('combobox', { name: 'nodeId (needed)' }).waitFor();
    await press('Enter');
    await door.page.getByRole('option', { name: /node-1/ }).waitFor();
    await press('Enter');
    await door.page.getByRole('option', { name: /node-1/ }).waitFor({ state: 'detached' });
    await door.page.getByRole('button', { name: 'Run', exact: true }).focus();
    await press('Enter');
    await door.page.getByRole('alertdialog', { name: 'Stop node-1?' }).waitFor();
    await press('Tab', 'Enter');
    await door.page.getByText('node-1 is stopping already.').waitFor();
    expect(callsOf('nodes:stop')).toEqual([{ nodeId: 'node-1' }]);
    await press('Escape', 'Escape');
    await door.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('plays a video by its title', async () => {
    await openPalette('play harb');
    await press('Enter');
    await door.page.getByRole('heading', { level: 1, name: 'Harbour' }).waitFor();
  });

  test('shortcuts rest while somebody types in it, and their overview tells them all', async () => {
    await door.show('/cluster');
    await openPalette('2');
    await door.page.getByRole('heading', { level: 1, name: 'Cluster', includeHidden: true }).waitFor();
    await press('Escape', '?');
    await door.page.getByRole('dialog', { name: 'Shortcuts' }).getByText('Search or run a command').waitFor();
    await press('Escape');
    await door.page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('g', 'n');
    await door.page.getByRole('heading', { level: 1, name: 'Network' }).waitFor();
  });
});
