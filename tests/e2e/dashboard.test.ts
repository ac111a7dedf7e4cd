/** The dashboard over a host that says what the test tells it to: figures as they were told, verdicts, and honest words where nothing is known. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { comparisonAnswers } from '../fixtures/scripted-door/comparison-scenes.ts';
import { openScriptedDoor, type Answers, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { metricSample, metricSummary, playbackSession } from '../fixtures/scripted-door/measurements.ts';
import { clusterStatus, settings, systemInfo } from '../fixtures/scripted-door/states.ts';
import { playbackChunk } from '../fixtures/playback.ts';
import { describeDoors, type OpenDoor } from './doors.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const nothing = { count: 0, p50: null, p95: null, p99: null, max: null };
const HISTORY_STEP_MS = 2_000;
const HOUR_MS = 3_600_000;

const answers = (extra: Answers = {}): Answers => ({
  'system:info': () => systemInfo(),
  'settings:get': () => settings(),
  'cluster:status': () => clusterStatus(),
  'videos:list': () => ({ videos: [], totalCount: 0 }),
  'uploads:list': () => ({ uploads: [] }),
  'events:list': () => ({ events: [] }),
  'playback:latest': () => ({ session: playbackSession() }),
  'playback:sessions': () => ({ sessions: [playbackSession()] }),
  'metrics:latest': () => ({ sample: metricSample() }),
  'metrics:history': () => ({ stepMs: HISTORY_STEP_MS, samples: Array.from({ length: 60 }, (_, index) => metricSample({ atMs: Date.now() - (60 - index) * HISTORY_STEP_MS })) }),
  'metrics:summary': () => metricSummary(),
  'metrics:export': () => ({ filename: 'vstack-measurements.csv', text: 'time,process\r\n' }),
  ...comparisonAnswers(),
  ...extra,
});

describeDoors('the dashboard', ({ open }) => {
  let scripted: ScriptedDoor;
  let door: OpenDoor;

  const show = async (tab: string, extra: Answers = {}): Promise<void> => {
    scripted = await openScriptedDoor(RENDERER_DIR, answers(extra));
    door = await open({ scripted });
    await door.show(`/dashboard/${tab}`);
    await door.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  };
  beforeEach(() => {
    door = undefined as never;
  });
  afterEach(async () => {
    const complaints = door?.complaints() ?? [];
    await door?.close();
    await scripted?.close();
    expect(complaints).toEqual([]);
  });

  describe('real-time', () => {
    test('shows the latest session of any door: buffer, throughput, scores, and who delivered each chunk', async () => {
      await show('realtime');
      const { page } = door;
      await page.getByText('28.4').first().waitFor();
      const scores = page.getByRole('table', { name: 'What the player measured of each node' });
      await scores.getByRole('row', { name: /node-1 Healthy 18\.9/ }).waitFor();
      expect(await scores.getByRole('row', { name: /node-2 Avoided/ }).count()).toBe(1);
      expect(await scores.getByRole('row', { name: /node-5 Not measured –/ }).count()).toBe(1);
      const sources = page.getByRole('list', { name: /Source of each chunk/ }).getByRole('listitem');
      expect(await sources.count()).toBe(12);
      expect(await sources.nth(7).textContent()).toContain('after node-2 failed');
    });

    test('follows what other doors report, without asking again', async () => {
      await show('realtime');
      await door.page.getByText('28.4').first().waitFor();
      scripted.emit('playback:changed', playbackSession({ bufferSec: 7.3, stallCount: 2, stalledMs: 1_500, atMs: Date.now() + 1, chunks: [playbackChunk(12, { nodeId: 'node-5' })] }));
      await door.page.getByText('7.3', { exact: true }).waitFor();
      await door.page.getByText(/low, target/).waitFor();
      await door.page.getByText(/chunk 12 from node-5/).first().waitFor();
    });

    test('says that a session is over, and keeps what it showed', async () => {
      await show('realtime', { 'playback:latest': () => ({ session: playbackSession({ isOver: true, atMs: Date.now() - 65_000, phase: 'ended' }) }) });
      await door.page.getByText(/ended 1:0\d ago/).waitFor();
      await door.page.getByText('28.4').first().waitFor();
    });

    test('offers a way to begin where nothing was played', async () => {
      await show('realtime', { 'playback:latest': () => ({ session: null }) });
      await door.page.getByRole('heading', { name: 'Nothing has been played yet' }).waitFor();
      await door.page.getByRole('button', { name: 'Choose a video' }).click();
      await door.page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    });
  });

  describe('analytics', () => {
    test('sets targets beside what was measured, and tells met from missed in words', async () => {
      await show('analytics');
      const targets = door.page.getByRole('table', { name: 'Targets against actual figures' });
      await targets.getByRole('row', { name: /Start-up 412 ms ≤\s?2\.00 s Met/ }).waitFor();
      await targets.getByRole('row', { name: /Availability, worst node 97\.1 % ≥\s?99\.0 % Missed/ }).waitFor();
    });

    test('shows availability from heartbeats beside the word of the supervisor', async () => {
      await show('analytics');
      await door.page.getByRole('table', { name: 'Figures of every node' }).getByRole('row', { name: /node-3 97\.12 % 97\.31 % 1/ }).waitFor();
    });

    test('lets one choose how far back availability is drawn, right beside it', async () => {
      await show('analytics');
      const availability = door.page.getByRole('region', { name: 'Availability' });
      await availability.getByText('24 h', { exact: true }).click();
      const askedFromMs = (): number[] => scripted.calls.filter(({ name }) => name === 'metrics:history').map(({ input }) => (input as { fromMs: number }).fromMs);
      await expect.poll(() => Date.now() - Math.min(...askedFromMs())).toBeGreaterThan(23 * HOUR_MS);
    });

    test('says from when on availability means something, instead of drawing the climb after a start', async () => {
      await show('analytics', { 'cluster:status': () => clusterStatus({ launchedAtMs: Date.now() - 60_000 }) });
      const availability = door.page.getByRole('region', { name: 'Availability' });
      await availability.getByText(/^Drawn from \d\d:\d\d:\d\d on\./).waitFor();
      expect(await availability.getByRole('group', { name: /Share of the time/ }).count()).toBe(0);
    });

    test('calls nothing met that was not measured', async () => {
      await show('analytics', { 'metrics:summary': () => metricSummary({ requestMs: nothing, loadDeviation: null }), 'playback:sessions': () => ({ sessions: [] }) });
      const targets = door.page.getByRole('table', { name: 'Targets against actual figures' });
      await targets.getByRole('row', { name: /Start-up – ≤\s?2\.00 s Not measured/ }).waitFor();
      expect(await targets.getByRole('row', { name: /Load deviation – .* Not measured/ }).count()).toBe(1);
    });

    test('tells why it cannot be read, and reads again when asked', async () => {
      let isWell = false;
      await show('analytics', {
        'metrics:summary': () => {
          if (!isWell) throw new Error('The record is locked.');
          return metricSummary();
        },
      });
      await door.page.getByRole('heading', { name: 'The measurements could not be read' }).waitFor();
      isWell = true;
      await door.page.getByRole('button', { name: 'Try again' }).click();
      await door.page.getByRole('table', { name: 'Figures of every node' }).waitFor();
    });
  });

  test('says of the comparison that there is none yet', async () => {
    await show('comparison');
    await door.page.getByRole('heading', { name: 'Nothing has been compared yet' }).waitFor();
    await door.page.getByRole('link', { name: 'Analytics' }).click();
    await door.page.waitForURL(/#\/dashboard\/analytics/);
  });
});
