import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VStackError } from '../../runtime/contract/errors.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { cutSample } from '../fixtures/scripted-door/media.ts';
import { clusterStatus, failedCluster, launchingCluster, settings, stoppedCluster, systemInfo, upload, videoRow } from '../fixtures/scripted-door/states.ts';
import { browserDoor, type Door, describeDoors, doors, type OpenDoor } from './doors.ts';
import { videoReaches } from './video.ts';
import { isBuilt } from './web-door.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));

/** A scripted host for each test; `show` opens the page over it, through the door. */
interface Stage {
  host: ScriptedDoor;
  page: Page;
  /** @param view the first screen, unless another is named */
  show(view?: string, scripted?: ScriptedDoor): Promise<void>;
}

const useStage = ({ open }: Door): Stage => {
  let opened: OpenDoor | undefined;
  const stage: Stage = {
    host: undefined as unknown as ScriptedDoor,
    page: undefined as unknown as Page,
    async show(view, scripted = stage.host) {
      opened = await open({ scripted, view });
      stage.page = opened.page;
    },
  };
  beforeEach(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    stage.host = await openScriptedDoor(RENDERER_DIR, {
      'system:info': () => systemInfo(),
      'settings:get': () => settings(),
      'settings:set': () => settings(),
      'cluster:status': () => clusterStatus(),
      'videos:list': () => ({ videos: [videoRow(1, 'Harbour')], totalCount: 1 }),
      'videos:view': () => ({}),
      'uploads:list': () => ({ uploads: [] }),
    });
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    await stage.host.close();
  });
  return stage;
};

describeDoors('states that a real cluster reaches rarely', (door) => {
  const stage = useStage(door);

  test('a port conflict names the port and its owner, and offers the fix', async () => {
    stage.host.answers['cluster:status'] = () => failedCluster();
    stage.host.answers['cluster:launch'] = () => clusterStatus();
    await stage.show();
    await stage.page.getByText(/Port 8081, wanted for node-1, is held by process 812 \(nginx/).waitFor();
    await stage.page.getByRole('button', { name: 'Let the system choose' }).click();
    await stage.page.getByText('5 of 5 nodes').waitFor();
    expect(stage.host.calls.find((call) => call.name === 'cluster:launch')!.input).toEqual({ nodeCount: 5, portBase: 0 });
  });

  test('a launch shows its steps and can be cancelled', async () => {
    stage.host.answers['cluster:status'] = () => stoppedCluster();
    stage.host.answers['cluster:stop'] = () => stoppedCluster();
    await stage.show();
    await stage.page.getByText('No cluster is running').waitFor();
    stage.host.emit('cluster:changed', launchingCluster());
    await stage.page.getByRole('progressbar', { name: 'Launch' }).waitFor();
    await stage.page.getByText('1 of 4 steps done').waitFor();
    await stage.page.getByRole('button', { name: 'Cancel launch' }).click();
    await stage.page.getByText('No cluster is running').waitFor();
  });

  test('an action that fails is told with the host\'s reason until it is closed', async () => {
    stage.host.answers['nodes:pause'] = () => Promise.reject(new VStackError('not_supported', 'Windows cannot pause a process.'));
    await stage.show();
    await stage.page.getByRole('button', { name: 'Pause (SIGSTOP) node-1' }).click();
    await stage.page.getByText('Windows cannot pause a process.').waitFor();
    await stage.page.getByRole('button', { name: 'Dismiss' }).click();
    await stage.page.getByText('Windows cannot pause a process.').waitFor({ state: 'detached' });
  });

  test('a question is answered no with Escape, and the focus returns', async () => {
    await stage.show();
    const stop = stage.page.getByRole('button', { name: 'Stop all' });
    await stop.focus();
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('alertdialog').waitFor();
    await stage.page.keyboard.press('Escape');
    await stage.page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(stage.host.calls.map((call) => call.name)).not.toContain('cluster:stop');
    await expect.poll(() => stop.evaluate((button) => button.matches(':focus'))).toBe(true);
  });

  test('views are reached by keyboard, and the theme by its switch', async () => {
    await stage.show();
    await stage.page.getByText('5 of 5 nodes').waitFor();
    await stage.page.keyboard.press('2');
    await stage.page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    // The next Tab goes on in the new view, not in what is gone.
    await expect.poll(() => stage.page.locator('#main').evaluate((view) => view.matches(':focus'))).toBe(true);
    await stage.page.getByRole('radio', { name: 'Light' }).focus();
    await stage.page.keyboard.press('Space');
    await expect.poll(() => stage.page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  test('an upload shows its chunks arrive on the nodes, one after the other, until all are there', async () => {
    const { manifest } = await cutSample('vid-000000000002', 'Dusk', (nodeId) => `${stage.host.url}/node/${nodeId}`);
    const total = manifest.chunks.length;
    const underWay = (storedCount: number) =>
      upload({ sessionId: 'up-1', title: 'Dusk', videoId: manifest.video_id, totalChunks: total, progress: (100 * storedCount) / total, phase: storedCount < total ? 'uploading_chunks' : 'completed' });
    let storedCount = 1;
    stage.host.answers['uploads:list'] = () => ({ uploads: [underWay(storedCount)] });
    stage.host.answers['videos:manifest'] = () => ({ ...manifest, status: storedCount < total ? 'uploading' : 'active', complete: storedCount === total, chunks: manifest.chunks.slice(0, storedCount) });
    await stage.show('/library');
    await stage.page.getByRole('button', { name: 'Show the chunks of Dusk' }).click();
    const map = stage.page.getByRole('region', { name: 'Chunks of Dusk' });
    for (; storedCount < total; storedCount += 2) {
      stage.host.emit('uploads:changed', { uploads: [underWay(storedCount)] });
      await map.getByText(`${storedCount} of ${total} chunks stored`).waitFor();
      const holders = manifest.chunks.slice(0, storedCount).flatMap((chunk) => chunk.urls.map((url) => url.node_id));
      for (const nodeId of ['node-1', 'node-2', 'node-3', 'node-4', 'node-5']) {
        const heldCount = holders.filter((holder) => holder === nodeId).length;
        await map.getByRole('listitem', { name: `${nodeId} holds ${heldCount} chunk${heldCount === 1 ? '' : 's'}` }).waitFor();
      }
    }
    storedCount = total;
    stage.host.emit('uploads:changed', { uploads: [underWay(total)] });
    await map.getByText(`${total} chunks`, { exact: true }).waitFor();
  });

  test('when every node that holds a chunk is gone, the player says so and goes on once they are back', async () => {
    const { manifest, bytes } = await cutSample('vid-000000000001', 'Harbour', (nodeId) => `${stage.host.url}/node/${nodeId}`);
    for (const [chunkId, chunk] of bytes) stage.host.chunks.set(chunkId, chunk);
    for (const nodeId of ['node-1', 'node-2', 'node-3', 'node-4', 'node-5']) stage.host.downNodes.add(nodeId);
    stage.host.answers['videos:manifest'] = () => manifest;
    await stage.show('/watch/vid-000000000001');
    await stage.page.getByText('Buffering…').waitFor();
    stage.host.downNodes.clear();
    await videoReaches(stage.page, 1);
  });
});

describe.skipIf(doors.length === 0)('what only a page in a browser can meet', () => {
  const stage = useStage(browserDoor);

  test('a wrong token is told in words, and not tried again and again', async () => {
    await stage.show(undefined, { ...stage.host, signInUrl: `${stage.host.url}/#token=wrong` });
    await stage.page.getByRole('heading', { name: 'This page is not signed in' }).waitFor();
    expect(stage.host.calls).toEqual([]);
  });

  test('a lost connection shows at once; back again, the page is up to date without a reload', async () => {
    await stage.show();
    await stage.page.getByText('5 of 5 nodes').waitFor();
    stage.host.disconnect(true);
    await stage.page.getByText('Connection to the host lost').waitFor();
    stage.host.answers['cluster:status'] = () => stoppedCluster();
    await stage.page.getByRole('button', { name: 'Try now' }).waitFor();
    stage.host.comeBack();
    await stage.page.getByText('No cluster is running').waitFor();
    expect(await stage.page.getByText('Connection to the host lost').count()).toBe(0);
  });
});
