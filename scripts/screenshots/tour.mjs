/**
 * A walk through a real cluster: processes of `vstack serve`, videos uploaded and played, nodes killed. One page launches, uploads and plays;
 * four others, one for each theme and size, only look: they stay open from the beginning, so that all pictures of a view show the same moment,
 * and no pointer rests on them.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showView } from '../../tests/e2e/door-parts.ts';
import { videoReaches } from '../../tests/e2e/video.ts';
import { startWebDoor } from '../../tests/e2e/web-door.ts';
import { nodePath, root } from '../lib/root.mjs';
import { viewsOf } from './names.ts';
import { openPage } from './pictures.mjs';
import { makeVideos } from './videos.mjs';

/** Its path stands in the pictures, so it has a plain name. */
const DATA_DIR = join(tmpdir(), 'vstack-demo');
/** Launch and upload together, also on a busy machine. */
const LAUNCH_MS_MAX = 120_000;
/** The viewer begins again before the end of its video, so that every picture shows one that plays. */
const LOOP_SEC = 480;
/** Figures and charts come within a few of their steps. */
const SETTLE_MS = 3_000;
/** The traffic of a second is told within the next. */
const TRAFFIC_MS = 1_600;
/** Where the player goes before its picture, so that there are chunks to tell of. */
const SEEKS_SEC = [0, 120, 240, 360];
/** Long enough for the chunks ahead to arrive. */
const SEEK_MS = 3_000;
/** One dies early, so that charts and records have something to tell; the other while it is looked at. */
const KILLED_EARLY = 'node-4';
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

/** Returns the id of the last one. */
const upload = async (page, videos) => {
  await showView(page, '/library');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload video' }).click()]);
  await chooser.setFiles(videos.map(({ path }) => path));
  const links = videos.map(({ title }) => page.getByRole('grid', { name: 'Stored videos' }).getByRole('link', { name: title, exact: true }));
  for (const link of links) await link.waitFor({ timeout: LAUNCH_MS_MAX });
  return (await links.at(-1).getAttribute('href')).split('/').at(-1);
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

/** A full buffer asks for nothing for a while; opened anew, the video crosses the links again, and the picture of the traffic shows it. */
const readAnew = async (viewer, videoId) => {
  await showView(viewer, '/library');
  await viewer.getByRole('grid', { name: 'Stored videos' }).waitFor();
  await showView(viewer, `/watch/${videoId}`);
  await viewer.waitForTimeout(TRAFFIC_MS);
};

/** A brush over the first chart, with the crosshair in all of them. */
const brush = async ({ page }) => {
  const { x, y, width, height } = await page.getByRole('group', { name: 'Buffer', exact: true }).boundingBox();
  await page.mouse.move(x + width * 0.3, y + height * 0.4);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.62, y + height * 0.5, { steps: 8 });
};
/** Takes the brush back and the pointer away. */
const endBrush = async ({ page }) => {
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.mouse.move(0, 0);
};
/** A comparison of all clients for its picture, in virtual time: in seconds, and the same each time. A missed target (99) is an answer too. */
const compare = (dataDir) =>
  new Promise((resolve, reject) => {
    const args = [join(root, 'scripts', 'vstack.mjs'), 'compare', '--condition', 'one-slow-node', '--virtual', '--blocks', '30', '--seed', '7', '--data', dataDir, '--json'];
    execFile(nodePath, args, (error, _stdout, stderr) => (error && error.code !== 99 ? reject(new Error(`vstack compare failed: ${stderr}`, { cause: error })) : resolve()));
  });

/** Half of the minute that the view keeps in its little lines. */
const MEASURED_MS = 30_000;

/** Links as somebody may set them while a video plays: none as quick as loopback, so that traffic lasts long enough to be seen; a slow one, a lossy one, one that is cut. */
const bendLinks = async (page) => {
  await showView(page, '/network');
  await page.getByRole('button', { name: 'Apply Cable' }).click();
  await page.getByRole('menuitem', { name: 'All links' }).click();
  await page.getByRole('button', { name: 'Profile of all links: Cable' }).waitFor();
  for (const [nodeId, profile] of [['node-2', '3G'], ['node-4', 'Packet loss']]) {
    await page.getByRole('button', { name: `Profile of ${nodeId}: Cable` }).click();
    await page.getByRole('menuitem', { name: new RegExp(`^${profile}`) }).click();
    await page.getByRole('button', { name: `Profile of ${nodeId}: ${profile}` }).waitFor();
  }
  await page.getByRole('button', { name: 'Partition to client, node-5' }).click();
  await page.getByRole('button', { name: /^Profile of node-5: (Partition|Own)/ }).waitFor();
};
const straightenLinks = async (page) => {
  await page.getByRole('button', { name: /^Back to normal/ }).click();
  await page.getByRole('button', { name: 'Profile of all links: Clear' }).waitFor();
};

/** `watchedMs`: how long a video is watched before the first picture, which the charts then show. */
export const tour = async ({ browser, pictures, isWanted, watchedMs }) => {
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

    // Within the data folder, with which they are removed.
    const videosDir = join(door.dataDir, 'to-upload');
    mkdirSync(videosDir);
    const videos = await makeVideos(browser, new URL(door.signInUrl).origin, videosDir);
    const viewer = await openPage(browser, pictures[0]);
    await launchAndPlay(viewer, door.signInUrl);
    const videoId = await upload(viewer, videos);
    await showView(viewer, `/watch/${videoId}`);
    await watchFor(viewer, watchedMs / 3);
    await viewer.getByRole('button', { name: `Kill (SIGKILL) ${KILLED_EARLY}` }).click();
    await watchFor(viewer, (2 * watchedMs) / 3);
    if (isWanted('dashboard-comparison')) await compare(door.dataDir);

    for (const [name, view] of Object.entries(viewsOf(videoId))) {
      const isBrushWanted = name === 'dashboard-performance' && isWanted('dashboard-brush');
      if (!isWanted(name) && !isBrushWanted) continue;
      for (const { page } of shots) await showView(page, view);
      await watchFor(viewer, SETTLE_MS);
      if (name === 'network') {
        await bendLinks(shots[0].page);
        await watchFor(viewer, MEASURED_MS);
      }
      if (name === 'cluster' || name === 'network') await readAnew(viewer, videoId);
      if (isWanted(name)) await take(name);
      if (name === 'network') await straightenLinks(shots[0].page);
      if (!isBrushWanted) continue;
      await Promise.all(shots.map(brush));
      await take('dashboard-brush');
      await Promise.all(shots.map(endBrush));
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
      await watchFor(viewer, SETTLE_MS);
      await viewer.getByRole('button', { name: `Kill (SIGKILL) ${KILLED}` }).click();
      await Promise.all(shots.map(({ page }) => page.getByRole('row', { name: new RegExp(`${KILLED} (Restarting|Starting)`) }).waitFor()));
      await take('recovery');
    }
    await viewer.context().close();

    // One at a time: each decodes the video.
    for (const { page, pathOf } of isWanted('player') || isWanted('player-figures') ? shots : []) {
      await showView(page, `/watch/${videoId}`);
      await videoReaches(page, 1);
      for (const sec of SEEKS_SEC) {
        await page.evaluate((toSec) => (document.querySelector('video').currentTime = toSec), sec);
        await videoReaches(page, sec + 1);
        await page.waitForTimeout(SEEK_MS);
      }
      if (isWanted('player')) await page.screenshot({ path: pathOf('player') });
      await page.keyboard.press('i');
      await page.getByRole('region', { name: 'Figures over the picture' }).waitFor();
      await page.waitForTimeout(TRAFFIC_MS);
      if (isWanted('player-figures')) await page.screenshot({ path: pathOf('player-figures') });
      await showView(page, '/cluster');
    }
    console.log('player');
  } finally {
    // A page that lost its host would complain.
    await Promise.all(browser.contexts().map((context) => context.close()));
    await door.stop();
  }
};
