/** What a person does with the first screen, step by step, through whichever door: each step stands on the one before. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { OpenDoor } from './doors.ts';
import { chooseNodeCount } from './launch.ts';
import { step } from './step.ts';
import { videoCurrentSec, videoReaches } from './video.ts';
import { SAMPLE_PATH } from './web-door.ts';

/** Takes the steps. The door's page shows an empty data folder. */
export const takeFirstScreenSteps = async (door: OpenDoor): Promise<void> => {
  const { page } = door;

  await step('from an empty screen to moving pictures in two clicks', async () => {
    await chooseNodeCount(page, 3);
    await page.getByRole('button', { name: 'Launch a cluster and play the sample' }).click();
    await page.waitForURL(/#\/watch\//, { timeout: 60_000 });
    await videoReaches(page, 1);
  });

  await step('every chunk names the node it came from', async () => {
    await page.getByText(/chunk-\d{3} from/).waitFor();
    expect(await page.getByText(/^node-[123]$/).count()).toBeGreaterThan(0);
  });

  await step('seeks to where it has not been and plays on', async () => {
    await page.getByLabel('Position in the video').fill('45');
    await videoReaches(page, 46);
    expect(await videoCurrentSec(page)).toBeLessThan(60);
  });

  await step('plays on when a node is killed', async () => {
    await page.getByRole('button', { name: 'Kill (SIGKILL) node-2' }).click();
    await page.getByLabel('Position in the video').fill('12');
    await videoReaches(page, 13);
    expect(await page.getByText('cannot be played').count()).toBe(0);
  });

  await step('plays on when a node freezes, and tells which one was silent', async () => {
    await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).click();
    await page.getByRole('button', { name: 'Resume (SIGCONT) node-1' }).waitFor();
    // A new page has no chunk in memory, so it must ask the frozen node too.
    await page.reload();
    await videoReaches(page, 1);
    await page.getByText(/node-1 (was silent|gave nothing) for/).first().waitFor();
    await page.getByRole('button', { name: 'Resume (SIGCONT) node-1' }).click();
    await page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).waitFor();
  });

  await step('uploads a picked file with progress and lists it', async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Library' }).click();
    await door.pickFiles([SAMPLE_PATH], () => page.getByRole('button', { name: 'Upload video' }).click());
    await page.getByRole('link', { name: 'sample', exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole('grid', { name: 'Stored videos' }).getByRole('row').count()).toBe(3);
  });

  await step('tells in words why a file that is no video is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vstack-notes-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const notes = join(folder, 'notes.mp4');
    writeFileSync(notes, 'these are no moving pictures');
    await door.pickFiles([notes], () => page.getByRole('button', { name: 'Upload video' }).click());
    await page.getByText('Failed', { exact: true }).waitFor({ timeout: 30_000 });
  });

  await step('deletes a video', async () => {
    await page.getByRole('button', { name: 'More for sample', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('link', { name: 'sample', exact: true }).waitFor({ state: 'detached' });
  });

  await step('comes back signed in and up to date after a reload', async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Cluster' }).click();
    await page.reload();
    await page.getByRole('table', { name: 'Processes of the cluster' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(7);
  });

  await step('adds a node, and removes it once asked', async () => {
    await page.getByRole('button', { name: 'Add node' }).click();
    await page.getByRole('row', { name: /node-4 Ready/ }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'More for node-4' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove node' }).click();
    await page.getByRole('row', { name: /node-4/ }).waitFor({ state: 'detached', timeout: 30_000 });
  });

  await step('stops everything', async () => {
    await page.getByRole('button', { name: 'Stop all' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop all' }).click();
    await page.getByText('No cluster is running').waitFor({ timeout: 30_000 });
  });
};
