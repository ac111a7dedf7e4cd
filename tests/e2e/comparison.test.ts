/** Smart vs naive over a host that says what the test tells it to: asked for, followed, ended, read, exported, deleted; and the demo. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComparisonReport } from '../../runtime/contract/comparison.ts';
import type { ComparisonStatus, DemoStatus } from '../../runtime/contract/control/comparison.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import { comparisonAnswers } from '../fixtures/scripted-door/comparison-scenes.ts';
import { comparisonReport, comparisonSummary, demoStatus, idleComparison, idleDemo, runningComparison } from '../fixtures/scripted-door/comparison-states.ts';
import { type Answers, openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { clusterStatus, settings, stoppedCluster, systemInfo, videoRows } from '../fixtures/scripted-door/states.ts';
import { describeViolations, findViolationsInThemes } from './axe.ts';
import { describeDoors, type OpenDoor } from './doors.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const won = comparisonReport({ id: 'won', blockCount: 6 });
const lost = comparisonReport({ id: 'lost', conditionId: 'healthy', blockCount: 30, seed: 4, createdAtMs: Date.UTC(2025, 2, 13, 18, 11) });

describeDoors('Smart vs naive', ({ open }) => {
  let reports: ComparisonReport[];
  let status: ComparisonStatus;
  let demo: DemoStatus;
  let host: ScriptedDoor;
  let door: OpenDoor;

  const answers = (): Answers => ({
    'system:info': () => systemInfo(),
    'settings:get': () => settings(),
    'cluster:status': () => clusterStatus(),
    'videos:list': () => ({ videos: videoRows(), totalCount: videoRows().length }),
    'uploads:list': () => ({ uploads: [] }),
    'events:list': () => ({ events: [] }),
    'playback:latest': () => ({ session: null }),
    ...comparisonAnswers(),
    'comparison:status': () => status,
    'comparison:reports': () => ({ reports: reports.map(comparisonSummary) }),
    'comparison:report': ({ id }: { id: string }) => reports.find((report) => report.id === id) ?? Promise.reject(new VStackError('not_found', `There is no report ${id}.`)),
    'comparison:start': () => (status = { ...runningComparison(0, { plannedBlockCount: 6, blockCount: 6 }), phase: 'preparing', step: 'The sample is uploaded', block: -1, sessionsDone: 0, pairs: [], clients: [], points: [], session: null }),
    'comparison:stop': () => (status = idleComparison({ phase: 'stopped', step: 'Stopped.' })),
    'comparison:delete-report': ({ id }: { id: string }) => {
      reports = reports.filter((report) => report.id !== id);
      host.emit('comparison:library', {});
      return {};
    },
    'comparison:export': ({ id, format }: { id: string; format: string }) => ({ filename: `${id}.${format}`, mediaType: 'text/plain', text: `${id} as ${format}` }),
    'demo:status': () => demo,
    'demo:start': () => (demo = demoStatus(0)),
    'demo:stop': () => (demo = demoStatus(4, { phase: 'stopped', step: 'Stopped.' })),
  });
  const callsOf = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.input);
  const show = async (view = '/dashboard/comparison'): Promise<void> => {
    door = await open({ scripted: host });
    await door.show(view);
    await door.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  };
  const tell = (next: ComparisonStatus): void => {
    status = next;
    host.emit('comparison:changed', next);
  };
  const button = (name: string | RegExp): Locator => door.page.getByRole('button', { name, exact: typeof name === 'string' });
  const sentence = (): Locator => door.page.getByRole('region', { name: 'The verdict in one sentence' }).locator('.sentence');

  beforeEach(async () => {
    reports = [];
    status = idleComparison();
    demo = idleDemo();
    door = undefined as never;
    host = await openScriptedDoor(RENDERER_DIR, answers());
  });
  afterEach(async () => {
    const complaints = door?.complaints() ?? [];
    await door?.close();
    await host.close();
    expect(complaints).toEqual([]);
  });

  describe('a comparison', () => {
    test('is asked for with what was filled in, and wrong entries are told before', async () => {
      await show();
      const { page } = door;
      await page.getByText('Nothing has been compared yet').waitFor();
      await page.getByLabel('Blocks').fill('0');
      await page.getByText('Expected a whole number from 1 to 500, got “0”.').waitFor();
      expect(await button('Compare now').isDisabled()).toBe(true);
      await page.getByLabel('Blocks').fill('6');
      await page.getByLabel('Session, in seconds').fill('20');
      await page.getByLabel('Seed').fill('42');
      await page.getByRole('checkbox', { name: 'Oracle' }).click();
      await page.getByRole('combobox', { name: 'Condition' }).click();
      await page.getByRole('option', { name: 'Healthy network' }).click();
      await page.getByRole('combobox', { name: 'Video' }).click();
      await page.getByRole('option', { name: 'Harbour, winter' }).click();
      await page.getByText('7 blocks (one to warm up) of 4 sessions').waitFor();
      await button('Compare now').click();
      await page.getByRole('region', { name: 'Comparison under way' }).waitFor();
      expect(callsOf('comparison:start')).toEqual([
        { conditionId: 'healthy', clients: ['smart', 'naive', 'naive-retry', 'random-two'], blocks: 6, sessionSec: 20, timeMode: 'real', seed: 42, videoId: 'vid-000000000002' },
      ]);
    });

    test('is followed while it runs, and becomes its report when it ends', async () => {
      await show();
      await button('Compare now').click();
      await door.page.getByText('The sample is uploaded').waitFor();
      const wishes = { plannedBlockCount: 6, blockCount: 6 };
      tell(runningComparison(2, wishes));
      await door.page.getByText('Block 3 of 6', { exact: true }).waitFor();
      const live = door.page.getByLabel('The session that runs now');
      await live.getByText('11.3').waitFor();
      expect(await door.page.getByRole('progressbar', { name: 'Comparison' }).getAttribute('aria-valuenow')).toBe('49');
      await door.page.getByText('2 complete blocks so far: indicative, 30 carry a verdict').waitFor();
      const ratios = door.page.getByRole('table', { name: 'Ratios of Smart to each other client' });
      const before = await ratios.getByRole('row', { name: /^Start-up time/ }).innerText();
      tell(runningComparison(5, wishes));
      await door.page.getByText('5 complete blocks so far').waitFor();
      expect(await ratios.getByRole('row', { name: /^Start-up time/ }).innerText()).not.toBe(before);
      expect(await door.page.locator('path.line').count()).toBe(5);
      reports = [won];
      tell(idleComparison({ phase: 'ended', reportId: 'won', step: 'Done.' }));
      await door.page.getByRole('heading', { name: 'Conditions and machine' }).waitFor();
      expect(await sentence().innerText()).toMatch(/^Smart does better than naive/);
    });

    test('is stopped by hand', async () => {
      status = runningComparison(2);
      await show();
      await button('Stop').click();
      await door.page.getByText('Nothing has been compared yet').waitFor();
      expect(callsOf('comparison:stop')).toEqual([{}]);
    });

    test('that could not go on says why and what was kept, and is tried again with the same seed', async () => {
      status = { ...runningComparison(2), phase: 'failed', problem: 'node-4 could not be started again.', pairs: [], session: null };
      await show();
      await door.page.getByRole('alert').getByText('node-4 could not be started again.').waitFor();
      await button('Try again').click();
      await door.page.getByRole('region', { name: 'Comparison under way' }).waitFor();
      expect(callsOf('comparison:start')).toMatchObject([{ conditionId: 'one-slow-node', seed: 812, blocks: 30 }]);
    });

    test('is listened to only while the tab is looked at', async () => {
      status = runningComparison(2);
      await show();
      await door.page.getByText('Block 3 of 30', { exact: true }).waitFor();
      await door.show('/dashboard/realtime');
      await door.page.getByText('Nothing has been played yet').waitFor();
      const asked = callsOf('comparison:status').length;
      await door.show('/dashboard/comparison');
      // What happened meanwhile is asked for.
      await expect.poll(() => callsOf('comparison:status').length).toBeGreaterThan(asked);
    });
  });

  describe('a report', () => {
    beforeEach(() => {
      reports = [won, lost];
    });

    test('is an address of its own; a loss is told as plainly as a win', async () => {
      await show('/dashboard/comparison?report=lost');
      await door.page.getByRole('heading', { name: 'Healthy network' }).first().waitFor();
      expect(await sentence().innerText()).toMatch(/^Smart does worse than naive in \d of 9 figures/);
      const summary = door.page.getByLabel('Smart against naive', { exact: true }).first();
      expect((await summary.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/^Start-up time 16\.\d ?% ?worse/);
      const targets = door.page.getByRole('region', { name: 'Targets' });
      expect(await targets.getByText('Missed').count()).toBeGreaterThan(0);
      await door.page.getByRole('region', { name: 'Verdict', exact: true }).getByText(/^Target missed: Start-up against naive/).waitFor();
    });

    test('is chosen from the list by keyboard, and told against whom one likes', async () => {
      await show();
      await sentence().waitFor();
      await button(/^Reports/).focus();
      await door.page.keyboard.press('Enter');
      const list = door.page.getByRole('dialog', { name: 'Saved comparisons' });
      await list.getByRole('link', { name: /^Healthy network/ }).focus();
      await door.page.keyboard.press('Enter');
      await door.page.waitForURL(/report=lost/);
      await door.page.getByRole('radio', { name: 'Naive' }).focus();
      await door.page.keyboard.press('ArrowRight');
      await door.page.getByRole('heading', { name: 'Smart against naive, quick retry' }).waitFor();
    });

    test('has a table behind every picture, and its blocks are gone along with the arrow keys', async () => {
      await show('/dashboard/comparison?report=won');
      const blocks = door.page.getByRole('slider', { name: 'Start-up time, block' });
      await blocks.focus();
      await door.page.keyboard.press('Home');
      expect(await blocks.getAttribute('aria-valuetext')).toMatch(/^Block 1: Smart \d+ ms, Naive \d\.\d\d s/);
      await button('Show as a table: block by block').click();
      await door.page.getByRole('table', { name: 'Start-up time, block by block' }).getByRole('row').nth(6).waitFor();
      await button('Show as a table: client by client').click();
      await door.page.getByRole('table', { name: 'Figures of every client' }).getByRole('row', { name: /^Start-up time Smart/ }).waitFor();
      expect(await door.page.getByRole('table', { name: 'Sessions of the comparison' }).getByRole('row').count()).toBe(36);
      expect(describeViolations('the tables of a report', await findViolationsInThemes(door.page))).toEqual([]);
    });

    test('is exported in four formats, with the names that the host gives', async () => {
      await show('/dashboard/comparison?report=won');
      for (const [label, format] of [['JSON, everything', 'json'], ['CSV, a row for each session', 'csv'], ['HTML page with charts', 'html'], ['Markdown', 'markdown']] as const) {
        await button('Export').click();
        const [download] = await Promise.all([door.page.waitForEvent('download'), door.page.getByRole('menuitem', { name: label }).click()]);
        expect([download.suggestedFilename(), await readFile(await download.path(), 'utf8')]).toEqual([`won.${format}`, `won as ${format}`]);
      }
    });

    test('is deleted when that was agreed to, and the next one is shown', async () => {
      await show('/dashboard/comparison?report=won');
      await button('Delete this report').click();
      await door.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
      expect(callsOf('comparison:delete-report')).toEqual([]);
      await button('Delete this report').click();
      await door.page.getByRole('alertdialog').getByRole('button', { name: 'Delete report' }).click();
      await door.page.getByRole('heading', { name: 'Healthy network' }).first().waitFor();
      expect(callsOf('comparison:delete-report')).toEqual([{ id: 'won' }]);
      await door.page.getByText('was deleted').waitFor();
    });

    test('that is gone is said to be, and another is chosen', async () => {
      await show('/dashboard/comparison?report=gone');
      await door.page.getByText('There is no report gone.').waitFor();
      await button('Choose another').click();
      await door.page.getByRole('dialog').getByRole('link', { name: /^One slow node/ }).click();
      await sentence().waitFor();
    });

    test('in virtual time says so before every figure', async () => {
      reports = [comparisonReport({ id: 'virtual', blockCount: 6, timeMode: 'virtual' })];
      await show();
      await door.page.getByRole('note').getByText('Nothing here was measured on this machine.').waitFor();
      await door.page.getByText('Virtual time', { exact: true }).first().waitFor();
    });

    test('lets another be asked for over it, from the palette too', async () => {
      await show('/dashboard/comparison?report=won');
      await sentence().waitFor();
      await door.page.keyboard.press('Control+k');
      await door.page.getByRole('combobox', { name: 'Search or run a command' }).waitFor();
      await door.page.keyboard.type('compare clients');
      await door.page.keyboard.press('Enter');
      const form = door.page.getByRole('dialog', { name: 'Compare clients' });
      await form.getByRole('button', { name: 'Compare now' }).click();
      await form.waitFor({ state: 'detached' });
      await door.page.getByRole('region', { name: 'Comparison under way' }).waitFor();
      expect(callsOf('comparison:start')).toHaveLength(1);
    });
  });

  describe('the demo', () => {
    test('is started in the tab, followed on every part of the dashboard, and stopped', async () => {
      await show();
      await button('Demo').click();
      const strip = door.page.getByRole('region', { name: 'Demo', exact: true });
      await strip.getByText('Normal operation: the naive client').waitFor();
      expect(callsOf('demo:start')).toEqual([{}]);
      await door.show('/dashboard/realtime');
      host.emit('demo:changed', demoStatus(3));
      await strip.getByText('Network degradation: the smart client').waitFor();
      await strip.getByText('1:29').waitFor();
      await strip.getByRole('link', { name: 'Results' }).click();
      const results = door.page.getByRole('table', { name: 'Results of the demo' });
      await results.getByRole('row', { name: /^Normal operation 402 ms/ }).waitFor();
      expect(await results.getByRole('row', { name: /^Chaos test waits waits/ }).count()).toBe(1);
      await strip.getByRole('button', { name: 'Stop' }).click();
      await strip.getByText('Demo stopped').waitFor();
      expect(callsOf('demo:stop')).toEqual([{}]);
      await strip.getByRole('button', { name: 'Put the demo away' }).click();
      await strip.waitFor({ state: 'detached' });
      expect(await results.count()).toBe(0);
    });

    test('is started from the cluster\'s view, which leads to it', async () => {
      door = await open({ scripted: host });
      await door.page.getByText('5 of 5 nodes').waitFor();
      await button('Demo').click();
      await door.page.getByRole('table', { name: 'Results of the demo' }).waitFor();
      expect(callsOf('demo:start')).toEqual([{}]);
    });

    test('is one press away before the first launch', async () => {
      host.answers['cluster:status'] = () => stoppedCluster();
      host.answers['cluster:launch'] = () => {
        host.answers['cluster:status'] = () => clusterStatus();
        return clusterStatus();
      };
      door = await open({ scripted: host });
      await button('Launch and run the demo').click();
      await door.page.getByRole('table', { name: 'Results of the demo' }).waitFor();
      expect([callsOf('cluster:launch').length, callsOf('demo:start')]).toEqual([1, [{}]]);
    });

    test('that is refused says why, and leads nowhere', async () => {
      host.answers['demo:start'] = () => Promise.reject(new VStackError('conflict', 'A comparison sets the links at the moment.'));
      door = await open({ scripted: host });
      await door.page.getByText('5 of 5 nodes').waitFor();
      await button('Demo').click();
      await door.page.getByText('A comparison sets the links at the moment.').waitFor();
      await door.page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor();
    });
  });
});
