/**
 * A walk through a real cluster: processes of `vstack serve`, the sample uploaded and played, a node killed. Every page of the walk stays open
 * from the beginning, so that all pictures of a view show the same moment.
 */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { videoReaches } from '../../tests/e2e/video.ts';
import { SAMPLE_PATH, startWebDoor } from '../../tests/e2e/web-door.ts';
import { openPage } from './pictures.mjs';

/** Its path stands in the pictures, so it has a plain name. */
const DATA_DIR = join(tmpdir(), 'vstack-demo');
/** The sample is opened so often, and watched so long, before the cluster's picture is taken: it gives the CPU lines something to draw. */
const VIEW_COUNT = 4;
const VIEW_MS = 25_000;
/** Launch and upload together, also on a busy machine. */
const LAUNCH_MS_MAX = 120_000;
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

const goTo = (page, view) => page.getByRole('link', { name: view, exact: true }).click();
const watchSample = async (page) => {
  await goTo(page, 'Library');
  await page.getByRole('table', { name: 'Stored videos' }).getByRole('link', { name: 'V-Stack sample' }).click();
};

export const tour = async ({ browser, pictures, isWanted }) => {
  const door = await startWebDoor(createDataDir());
  try {
    const shots = await Promise.all(pictures.map(async (picture) => ({ ...picture, page: await openPage(browser, picture) })));
    const take = async (name, prepare) => {
      await Promise.all(shots.map(({ page }) => prepare(page)));
      if (!isWanted(name)) return;
      await Promise.all(shots.map(({ page, pathOf }) => page.screenshot({ path: pathOf(name) })));
      console.log(name);
    };
    await take('start', async (page) => {
      await page.goto(door.signInUrl);
      await page.getByRole('button', { name: 'Launch only' }).waitFor();
    });

    const viewer = await openPage(browser, shots[0]);
    await viewer.goto(door.signInUrl);
    await viewer.getByRole('button', { name: 'Launch a cluster and play the sample' }).click();
    await viewer.waitForURL(/#\/watch\//, { timeout: LAUNCH_MS_MAX });
    await videoReaches(viewer, 1);
    for (let view = 1; view < (isWanted('cluster') ? VIEW_COUNT : 1); view++) {
      await viewer.waitForTimeout(VIEW_MS);
      await watchSample(viewer);
    }
    await videoReaches(viewer, 4);
    await take('cluster', (page) => page.getByRole('row', { name: /node-5 Ready/ }).waitFor());

    await take('library', async (page) => {
      await goTo(page, 'Library');
      await page.getByRole('table', { name: 'Stored videos' }).waitFor();
      if (page === shots[0].page) {
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload video' }).click()]);
        await chooser.setFiles({ name: 'A copy of the sample.mp4', mimeType: 'video/mp4', buffer: await readFile(SAMPLE_PATH) });
      }
      await page.getByRole('link', { name: 'A copy of the sample' }).waitFor();
    });

    await Promise.all(shots.map(({ page }) => goTo(page, 'Cluster')));
    await take('recovery', async (page) => {
      if (page === shots[0].page) await viewer.getByRole('button', { name: `Kill (SIGKILL) ${KILLED}` }).click();
      await page.getByRole('row', { name: new RegExp(`${KILLED} (Restarting|Starting)`) }).waitFor();
    });
    await viewer.context().close();

    // One at a time: each decodes the video.
    for (const { page, pathOf } of isWanted('player') ? shots : []) {
      await watchSample(page);
      await videoReaches(page, PLAYED_SEC);
      await page.screenshot({ path: pathOf('player') });
      await goTo(page, 'Cluster');
    }
    console.log('player');
  } finally {
    // A page that lost its host would complain.
    await Promise.all(browser.contexts().map((context) => context.close()));
    await door.stop();
  }
};
