/** The log view over a scripted host: what it shows, hides, finds, keeps still, and gives away as a file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogLine } from '../../runtime/contract/control/logs.ts';
import { logLines } from '../fixtures/scripted-door/cluster-states.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, settings, systemInfo } from '../fixtures/scripted-door/states.ts';
import { describeDoors, type OpenDoor } from './doors.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const HISTORY_LINES = 1_000;

const line = (sequence: number, overrides: Partial<LogLine> = {}): LogLine => ({ ...logLines(sequence, 1)[0]!, level: 'info', source: 'node-1', message: `message ${sequence}`, ...overrides });
const linesOf = (page: Page): Locator => page.getByRole('log', { name: 'Log lines' });
const search = (page: Page): Locator => page.getByRole('textbox', { name: 'Search by regular expression' });

describeDoors('the log view', ({ name, open }) => {
  let door: OpenDoor;
  let host: ScriptedDoor;
  let page: Page;
  let nextSequence: number;

  const say = (count: number, overrides: Partial<LogLine> = {}, droppedCount = 0): void => {
    const lines = Array.from({ length: count }, () => line(nextSequence++, overrides));
    host.emit('logs:lines', { lines, droppedCount });
  };
  const show = async (view = '/cluster/logs'): Promise<void> => {
    door = await open({ scripted: host });
    ({ page } = door);
    await page.getByText('5 of 5 nodes').waitFor();
    await door.show(view);
    await linesOf(page).getByText('message').first().waitFor();
  };

  beforeEach(async () => {
    nextSequence = HISTORY_LINES + 1;
    host = await openScriptedDoor(RENDERER_DIR, {
      'system:info': () => systemInfo(), 'settings:get': () => settings(), 'cluster:status': () => clusterStatus(), 'videos:list': () => ({ videos: [], totalCount: 0 }),
      'uploads:list': () => ({ uploads: [] }), 'events:list': () => ({ events: [] }),
      'logs:query': () => ({ lines: Array.from({ length: HISTORY_LINES }, (_, index) => line(index + 1, index % 100 === 0 ? { level: 'warn', source: 'node-2', fields: { code: `slow_${index}` } } : {})) }),
    });
  });
  afterEach(async () => {
    await door?.close();
    await host.close();
  });

  test('sticks to the end while lines come, and draws only what can be seen', async () => {
    await show();
    await linesOf(page).getByText('message 1000').waitFor();
    say(5_000);
    await linesOf(page).getByText('message 6000').waitFor();
    expect(await linesOf(page).getByText('message 6000').isVisible()).toBe(true);
    expect(await linesOf(page).getByText(/^message/).count()).toBeLessThan(80);
  });

  test('scrolled up it stands still and counts what waits; one click leads to the end', async () => {
    await show();
    await linesOf(page).hover();
    await page.mouse.wheel(0, -2_000);
    const follow = page.getByRole('button', { name: 'To the end' });
    await follow.waitFor();
    const shown = await linesOf(page).getByText(/^message/).allTextContents();
    say(30);
    say(12, { level: 'debug' });
    // Lines below the chosen level do not wait for anybody.
    await page.getByRole('button', { name: '30 new lines' }).waitFor();
    expect(await linesOf(page).getByText(/^message/).allTextContents()).toEqual(shown);
    await page.getByRole('button', { name: '30 new lines' }).click();
    await linesOf(page).getByText('message 1030').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  });

  test('lines that never came are counted in their place', async () => {
    await show();
    nextSequence += 312;
    say(1, {}, 312);
    await linesOf(page).getByText('312 lines were left out').waitFor();
  });

  test('the filter stands in the address and survives a reload', async () => {
    await show('/cluster/logs?source=node-2&level=warn');
    await linesOf(page).getByText('message 901').waitFor();
    expect(await linesOf(page).getByText(/^message/).count()).toBe(10);
    await page.getByRole('button', { name: 'node-2' }).click();
    await page.getByRole('button', { name: 'node-1' }).click();
    await page.getByText('No line fits the filter.').waitFor();
    expect(page.url()).toMatch(/source=node-1&level=warn$/);
    // The desktop program's page is not reloaded by hand.
    if (name !== 'browser') return;
    await page.reload();
    await page.getByText('No line fits the filter.').waitFor();
  });

  test('a regular expression is found in messages and fields, stepped through, and alone if wished', async () => {
    await show();
    await search(page).fill('slow_[1-3]00\\b|message 77\\b');
    await page.getByText('4 found').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('4 of 4').waitFor();
    await linesOf(page).getByText('slow_300').first().waitFor();
    await page.keyboard.press('Shift+Enter');
    await page.getByText('3 of 4').waitFor();
    await page.getByRole('button', { name: 'More about this log' }).click();
    await page.getByRole('menuitem', { name: 'Show only what the search finds' }).click();
    await expect.poll(() => linesOf(page).locator('mark').allTextContents()).toEqual(['message 77', 'slow_100', 'slow_200', 'slow_300']);
  });

  test('a wrong regular expression is told what is wrong with it', async () => {
    await show();
    await search(page).fill('(');
    await page.getByRole('alert').getByText('Unterminated group').waitFor();
    expect(await linesOf(page).getByText(/^message/).count()).toBeGreaterThan(10);
  });

  test('the keyboard walks the lines, opens one, and goes back to the end', async () => {
    await show();
    await search(page).fill('slow_500');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1').waitFor();
    await linesOf(page).focus();
    await page.keyboard.press('Enter');
    await linesOf(page).getByRole('term').getByText('code').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await linesOf(page).getByText('message 1000').waitFor();
    await page.keyboard.press('/');
    await expect.poll(() => search(page).evaluate((input) => input.matches(':focus'))).toBe(true);
  });

  test('a found line stays in sight while older lines are still being looked through', async () => {
    const count = 40_000;
    host.answers['logs:query'] = () => ({ lines: Array.from({ length: count }, (_, index) => line(index + 1, { message: `message ${index + 1} ${'long '.repeat(40)}` })) });
    await show();
    const slow = await page.context().newCDPSession(page);
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 10 });
    await search(page).fill(`message ${count - 2_000}\\b`);
    await page.keyboard.press('Enter');
    // While it is still looking there are dots behind the figure.
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    const isInSight = async (): Promise<boolean> => {
      const [paneBox, lineBox] = [(await linesOf(page).boundingBox())!, await linesOf(page).getByText(`message ${count - 2_000}`).boundingBox()];
      return lineBox !== null && lineBox.y >= paneBox.y && lineBox.y + lineBox.height <= paneBox.y + paneBox.height;
    };
    await expect.poll(isInSight).toBe(true);
    expect(await page.getByRole('button', { name: 'To the end' }).isVisible()).toBe(true);
  });

  test('cleared lines come back with undo', async () => {
    await show();
    await page.getByRole('button', { name: 'More about this log' }).click();
    await page.getByRole('menuitem', { name: 'Clear this view' }).click();
    await linesOf(page).getByText('message 1000').waitFor({ state: 'detached' });
    say(1);
    await linesOf(page).getByText('message 1001').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await linesOf(page).getByText('message 1000').waitFor();
  });

  test('what is shown is exported, and so is all that the host holds', async () => {
    host.answers['logs:export'] = ({ level }: { level: string }) => ({ filename: 'vstack-logs.jsonl', text: `${level}\n` });
    await show('/cluster/logs?source=node-2');
    const save = async (item: string): Promise<{ filename: string; text: string }> => {
      await page.getByRole('button', { name: 'More about this log' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
      return { filename: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const shown = await save('Export what is shown');
    expect(shown.text.trim().split('\n').map((text) => (JSON.parse(text) as LogLine).source)).toEqual(Array.from({ length: 10 }, () => 'node-2'));
    expect(await save('Export all the host holds')).toEqual({ filename: 'vstack-logs.jsonl', text: 'info\n' });
  });

  test('wrapped lines are shown whole, and the end stays the end', async () => {
    await show();
    say(300, { message: `message ${'long '.repeat(80)}end` });
    await page.keyboard.press('w');
    say(1, { message: 'message last' });
    await linesOf(page).getByText('message last').waitFor();
    const [paneBox, lineBox] = [(await linesOf(page).boundingBox())!, (await linesOf(page).getByText('message last').boundingBox())!];
    expect(Math.abs(paneBox.y + paneBox.height - (lineBox.y + lineBox.height))).toBeLessThan(4);
  });
});
