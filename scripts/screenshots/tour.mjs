/**
 * A walk through a real cluster: processes of `vstack serve`, videos uploaded and played, a node killed. One page launches, uploads and plays;
 * four others, one for each theme and size, stay open from the beginning, so that all pictures of a view show the same moment.
 */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showView } from '../../tests/e2e/door-parts.ts';
import { videoReaches } from '../../tests/e2e/video.ts';
import { SAMPLE_PATH, startWebDoor } from '../../tests/e2e/web-door.ts';
import { openPage } from './pictures.mjs';

/** Its path stands in the pictures, so it has a plain name. */
const DATA_DIR = join(tmpdir(), 'vstack-demo');
const TITLES = ['Harbour, winter', 'Lecture 05, clocks', 'Lecture 06, quorums and what they cost'];
/** Launch and upload together, also on a busy machine. */
const LAUNCH_MS_MAX = 120_000;
/** So long it is watched before the first picture: the charts then have something to draw. */
const WATCHED_MS = 75_000;
/** Of the sample's 60 s; later than this the viewer begins again, so that every picture shows a video that plays. */
const LOOP_SEC = 40;
/** Figures and charts come within a few of their steps. */
const SETTLE_MS = 3_000;
/** The traffic of a second is told within the next. */
const TRAFFIC_MS = 1_600;
const PLAYED_SEC = 22;
const KILLED = 'node-3';

const createDataDir = () => {
  try {
    mkdirSync(DATA_DIR);
  } catch (error) {
    throw new Error(`${DATA_DIR} must not exist yet, since it is filled for the pictures and removed afterwards. Remove it, then start again.`, { cause: error });
  }
  return DATA_DIR;
};

const launchAndPlay = async (viewer, signInUrl) => {
  await viewer.goto(signInUrl);
  await viewer.getByRole('button', { name: 'Launch a cluster and play the sample' }).click();
  await viewer.waitForURL(/#\/watch\//, { timeout: LAUNCH_MS_MAX });
  await videoReaches(viewer, 1);
};

const upload = async (page) => {
  await showView(page, '/library');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload video' }).click()]);
  const buffer = await readFile(SAMPLE_PATH);
  await chooser.setFiles(TITLES.map((title) => ({ name: `${title}.mp4`, mimeType: 'video/mp4', buffer })));
  for (const title of TITLES) await page.getByRole('grid', { name: 'Stored videos' }).getByText(title).first().waitFor({ timeout: LAUNCH_MS_MAX });
};

/** Keeps the viewer's video playing for `ms`. */
const watchFor = async (viewer, ms) => {
  const untilMs = Date.now() + ms;
  do {
    await viewer.evaluate((loopSec) => {
      const video = document.querySelector('video');
      if (video && video.currentTime > loopSec) video.currentTime = 0;
    }, LOOP_SEC);
    await viewer.waitForTimeout(Math.min(1_000, Math.max(0, untilMs - Date.now())));
  } while (Date.now() < untilMs);
};

/** The sample is soon buffered as a whole; opened anew, its chunks cross the links again, and the picture of the traffic shows it. */
const readAnew = async (viewer, videoId) => {
  await showView(viewer, '/library');
  await viewer.getByRole('grid', { name: 'Stored videos' }).waitFor();
  await showView(viewer, `/watch/${videoId}`);
  await viewer.waitForTimeout(TRAFFIC_MS);
};

/** Views by their addresses, in the order of the walk. */
const viewsOf = (videoId) => ({
  cluster: '/cluster',
  node: '/cluster/nodes/node-2',
  logs: '/cluster/logs',
  library: '/library',
  video: `/library/${videoId}`,
  'dashboard-realtime': '/dashboard/realtime',
  'dashboard-performance': '/dashboard/performance',
  'dashboard-comparison': '/dashboard/comparison',
  'dashboard-analytics': '/dashboard/analytics',
  network: '/network',
  consensus: '/consensus',
  benchmarks: '/benchmarks',
  chaos: '/chaos',
  storage: '/storage',
  reports: '/reports',
  settings: '/settings',
  about: '/about',
});

export const tour = async ({ browser, pictures, isWanted }) => {
  const door = await startWebDoor(createDataDir());
  try {
    const shots = await Promise.all(pictures.map(async (picture) => ({ ...picture, page: await openPage(browser, picture) })));
    const take = async (name) => {
      await Promise.all(shots.map(({ page, pathOf }) => page.screenshot({ path: pathOf(name) })));
      console.log(name);
    };
    for (const { page } of shots) {
      await page.goto(door.signInUrl);
      await page.getByRole('button', { name: 'Launch only' }).waitFor();
    }
    if (isWanted('start')) await take('start');

    const viewer = await openPage(browser, shots[0]);
    await launchAndPlay(viewer, door.signInUrl);
    const videoId = /watch\/([^?]+)/.exec(viewer.url())[1];
    await upload(shots[0].page);
    await watchFor(viewer, WATCHED_MS);

    for (const [name, view] of Object.entries(viewsOf(videoId))) {
      if (!isWanted(name)) continue;
      for (const { page } of shots) await showView(page, view);
      await watchFor(viewer, SETTLE_MS);
      if (name === 'cluster') await readAnew(viewer, videoId);
      await take(name);
    }
    for (const [name, keys, heading] of [['palette', 'Control+k', null], ['shortcuts', '?', 'Keyboard shortcuts']]) {
      if (!isWanted(name)) continue;
      for (const { page } of shots) {
        await showView(page, '/cluster');
        await page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor();
        await page.keyboard.press(keys);
        await (heading ? page.getByRole('dialog') : page.getByRole('combobox')).first().waitFor();
      }
      await watchFor(viewer, SETTLE_MS);
      await take(name);
      for (const { page } of shots) await page.keyboard.press('Escape');
    }

    if (isWanted('recovery')) {
      for (const { page } of shots) await showView(page, '/cluster');
      await viewer.getByRole('button', { name: `Kill (SIGKILL) ${KILLED}` }).click();
      await Promise.all(shots.map(({ page }) => page.getByRole('row', { name: new RegExp(`${KILLED} (Restarting|Starting)`) }).waitFor()));
      await take('recovery');
    }
    await viewer.context().close();

    // One at a time: each decodes the video.
    for (const { page, pathOf } of isWanted('player') ? shots : []) {
      await showView(page, `/watch/${videoId}`);
      await videoReaches(page, PLAYED_SEC);
      await page.screenshot({ path: pathOf('player') });
      await showView(page, '/cluster');
    }
    console.log('player');
  } finally {
    // A page that lost its host would complain.
    await Promise.all(browser.contexts().map((context) => context.close()));
    await door.stop();
  }
};
