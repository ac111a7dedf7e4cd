/** The record of measurements as the dashboard draws it, over a host that says what the test tells it to. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MetricSample } from '../../runtime/contract/control/metrics.ts';
import { type Answers, openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { metricSample, nodeSample, playbackSession } from '../fixtures/scripted-door/measurements.ts';
import { clusterStatus, settings, stoppedCluster, systemInfo } from '../fixtures/scripted-door/states.ts';
import { describeViolations, findViolationsInThemes } from './axe.ts';
import { describeDoors, type OpenDoor } from './doors.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const STEP_MS = 2_000;
/** Node 3 was dead for this long, this long ago. */
const DEAD_AGO_SEC = [260, 180] as const;

const sampleAt = (atMs: number, agoSec: number): MetricSample => {
  const isDead = agoSec < DEAD_AGO_SEC[0] && agoSec > DEAD_AGO_SEC[1];
  const { sessionId, videoId, nodes } = playbackSession();
  return metricSample({
    atMs,
    nodes: [1, 2, 3, 4, 5].map((number) => nodeSample(number, number === 3 && isDead ? { phase: 'restarting', readBytesPerSecond: null, pingMs: null, requestMsP95: null, cpuPercent: null } : {})),
    playback: { sessionId, videoId, phase: 'playing', bufferSec: 20 + 8 * Math.sin(agoSec / 30), throughputBitsPerSecond: 52_000_000, stallCount: 0, nodes },
  });
};
type Asked = { fromMs: number; toMs: number; samplesMax: number };
const history = ({ fromMs, toMs }: Asked): { stepMs: number; samples: MetricSample[] } => {
  const nowMs = Date.now();
  const samples: MetricSample[] = [];
  for (let atMs = Math.max(Math.ceil(fromMs / STEP_MS) * STEP_MS, nowMs - 600_000); atMs < toMs; atMs += STEP_MS) samples.push(sampleAt(atMs, (nowMs - atMs) / 1_000));
  return { stepMs: STEP_MS, samples };
};

const answers = (extra: Answers = {}): Answers => ({
  'system:info': () => systemInfo(),
  'settings:get': () => settings(),
  'cluster:status': () => clusterStatus(),
  'videos:list': () => ({ videos: [], totalCount: 0 }),
  'uploads:list': () => ({ uploads: [] }),
  'events:list': () => ({ events: [{ id: 1, atMs: Date.now() - DEAD_AGO_SEC[0] * 1_000, kind: 'process-died', tone: 'bad', subject: 'node-3', text: 'died, restart 1' }] }),
  'playback:latest': () => ({ session: null }),
  'metrics:latest': () => ({ sample: null }),
  'metrics:history': history,
  'metrics:export': () => ({ filename: 'vstack-measurements.csv', text: 'time,process\r\n' }),
  ...extra,
});

describeDoors('the record of measurements', ({ open }) => {
  let scripted: ScriptedDoor;
  let door: OpenDoor;

  const show = async (extra: Answers = {}): Promise<void> => {
    scripted = await openScriptedDoor(RENDERER_DIR, answers(extra));
    door = await open({ scripted });
    await door.show('/dashboard/performance');
    await door.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  };
  const chart = (name: string): Locator => door.page.getByRole('region', { name, exact: true }).locator('[aria-roledescription="chart"]');
  /** Of the ten minutes that the host has, drawn. */
  const isDrawn = (name: string): Promise<void> => chart(name).locator('.label').first().waitFor();
  const summaryOf = async (name: string): Promise<string> => (await door.page.locator(`[id="${await chart(name).getAttribute('aria-describedby')}"]`).textContent())!;

  beforeEach(() => {
    door = undefined as never;
  });
  afterEach(async () => {
    const complaints = door?.complaints() ?? [];
    await door?.close();
    await scripted?.close();
    expect(complaints).toEqual([]);
  });

  test('draws what the host has recorded, each line named, and tells it in words', async () => {
    await show();
    await isDrawn('Node use');
    expect(await chart('Node use').locator('.label').count()).toBe(5);
    await expect.poll(() => summaryOf('Throughput')).toContain('player: last 52.0 Mbit/s, lowest 52.0 Mbit/s, highest 52.0 Mbit/s.');
    await expect.poll(() => summaryOf('Node use')).toContain('node-3: died, restart 1.');
  });

  test('a pointer in one chart moves the crosshair in all', async () => {
    await show();
    await isDrawn('Buffer');
    await isDrawn('Request time, p95');
    await chart('Buffer').hover();
    await chart('Buffer').locator('.flag').waitFor();
    // A line has no width, and what has none counts as hidden.
    for (const name of ['Buffer', 'Throughput', 'Node use', 'Request time, p95']) await chart(name).locator('.overlay .line').waitFor({ state: 'attached' });
  });

  test('a brush in one chart zooms all, and the way back is in sight', async () => {
    await show();
    await isDrawn('Buffer');
    const { x, y, width } = (await chart('Buffer').boundingBox())!;
    await door.page.mouse.move(x + width * 0.4, y + 40);
    await door.page.mouse.down();
    await door.page.mouse.move(x + width * 0.5, y + 60, { steps: 4 });
    await chart('Node use').locator('.brush').waitFor();
    await door.page.mouse.up();
    await door.page.getByText('Held').waitFor();
    await door.page.getByRole('button', { name: 'Back to live', exact: true }).click();
    await door.page.getByText('Live', { exact: true }).waitFor();
  });

  test('the keyboard reads values, brushes and comes back', async () => {
    await show();
    await isDrawn('Throughput');
    await chart('Throughput').focus();
    // The right end is now, where on a slow machine no sample may have been for a while.
    const isRead = async (): Promise<number> => {
      await door.page.keyboard.press('Control+ArrowLeft');
      return door.page.getByText(/player 52\.0 Mbit\/s\.$/).count();
    };
    await expect.poll(isRead).toBe(1);
    await door.page.keyboard.press('Control+Shift+ArrowLeft');
    await door.page.getByText('Held').waitFor();
    await door.page.keyboard.press('Escape');
    await door.page.getByText('Live', { exact: true }).waitFor();
  });

  test('another window of time is asked for, and shown live', async () => {
    await show();
    await isDrawn('Buffer');
    await door.page.getByText('24 h', { exact: true }).click();
    await expect.poll(() => scripted.calls.filter(({ name }) => name === 'metrics:history').some(({ input }) => (input as Asked).fromMs < Date.now() - 23 * 3_600_000)).toBe(true);
    await door.page.getByText('Live', { exact: true }).waitFor();
    scripted.emit('metrics:sample', sampleAt(Date.now(), 0));
    await isDrawn('Buffer');
  });

  test('figures are to be had as a table', async () => {
    await show();
    await isDrawn('Buffer');
    await door.page.getByRole('button', { name: 'Show as table: Throughput' }).click();
    await door.page.getByRole('table', { name: 'Throughput' }).getByRole('row', { name: /52\.0 Mbit\/s/ }).first().waitFor();
  });

  test('charts leave the page as a picture and as figures', async () => {
    await show();
    await isDrawn('Buffer');
    for (const [item, extension, start] of [['PNG of these charts, light', 'png', '\u0089PNG'], ['CSV of what is shown', 'csv', 'time,Buffer: ahead (s),Throughput: player'], ['CSV of all the host keeps', 'csv', 'time,process']] as const) {
      await door.page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([door.page.waitForEvent('download'), door.page.getByRole('menuitem', { name: item }).click()]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^vstack-.*\\.${extension}$`));
      expect((await readFile(await download.path())).toString('latin1').slice(0, start.length)).toBe(start);
    }
  });

  test('says what will be here before anything was measured, and leads to a launch', async () => {
    await show({ 'metrics:history': () => ({ stepMs: STEP_MS, samples: [] }), 'cluster:status': () => stoppedCluster() });
    await door.page.getByRole('heading', { name: 'Nothing was measured in this time' }).waitFor();
    await door.page.getByRole('button', { name: 'Launch a cluster' }).click();
    await door.page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor();
  });

  test('tells why the record cannot be read, and reads again when asked', async () => {
    let isWell = false;
    await show({
      'metrics:history': (input: Asked) => {
        if (!isWell) throw new Error('The record is locked.');
        return history(input);
      },
    });
    await door.page.getByRole('heading', { name: 'The record could not be read' }).waitFor();
    isWell = true;
    await door.page.getByRole('button', { name: 'Try again' }).click();
    await isDrawn('Buffer');
  });

  test('keeps the rules of accessibility in both themes, also with a table, a zoom and a crosshair', async () => {
    await show();
    await isDrawn('Buffer');
    await door.page.getByRole('button', { name: 'Hold' }).click();
    await door.page.getByRole('button', { name: 'Show as table: Node use' }).click();
    await chart('Buffer').hover();
    expect(describeViolations('performance', await findViolationsInThemes(door.page))).toEqual([]);
  });
});
