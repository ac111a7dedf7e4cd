/** The network view over a scripted host that keeps what it is told: what a person does, what the host hears of it, and what it tells. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VStackError } from '../../runtime/contract/errors.ts';
import { changeLink, normalLink } from '../../runtime/contract/link.ts';
import { builtInScenarios } from '../../runtime/contract/network.ts';
import { openScriptedDoor, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { busyNetwork, busySample, linkSample, linkStatus, networkSample, networkStatus, ownProfile, scenarioRun, type ScriptedNetwork, scriptedNetwork } from '../fixtures/scripted-door/network-states.ts';
import { answersOf } from '../fixtures/scripted-door/stage.ts';
import { clusterStatus, stoppedCluster, videoRows } from '../fixtures/scripted-door/states.ts';
import { browserDoor, describeDoors, doors, type Door, type OpenDoor } from './doors.ts';
import { isBuilt } from './web-door.ts';

const RENDERER_DIR = fileURLToPath(new URL('../../out/renderer', import.meta.url));

interface Stage {
  host: ScriptedDoor;
  network: ScriptedNetwork;
  page: Page;
  door: OpenDoor;
  /** @param view the network, unless another is named */
  show(view?: string): Promise<Page>;
  /** Inputs of a call, in the order they came. */
  callsTo(name: string): unknown[];
}

const useStage = (door: Door): Stage => {
  const stage = { door: undefined as unknown as OpenDoor } as Stage;
  stage.callsTo = (name) => stage.host.calls.filter((call) => call.name === name).map(({ input }) => input);
  stage.show = async (view = '/network') => {
    stage.door = await door.open({ scripted: stage.host, view });
    stage.page = stage.door.page;
    await stage.page.getByRole('heading', { level: 1 }).waitFor();
    return stage.page;
  };
  beforeEach(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    stage.network = scriptedNetwork(networkStatus(), (name, data) => stage.host.emit(name, data), { profiles: [ownProfile()] });
    stage.host = await openScriptedDoor(RENDERER_DIR, answersOf(() => clusterStatus(), videoRows(), stage.network.answers));
  });
  afterEach(async () => {
    const complaints = stage.door?.complaints() ?? [];
    await stage.door?.close();
    stage.door = undefined as unknown as OpenDoor;
    await stage.host.close();
    expect(complaints).toEqual([]);
  });
  return stage;
};

const row = (page: Page, nodeId: string): Locator => page.getByRole('group', { name: `Link to ${nodeId}`, exact: true });
const slider = (page: Page, name: string): Locator => page.getByRole('slider', { name, exact: true });
const field = (page: Page, name: string): Locator => page.getByRole('textbox', { name, exact: true });
const both = (direction: object): object => ({ toNode: direction, toClient: direction });

describeDoors('the network view', (door) => {
  const stage = useStage(door);

  describe('a link', () => {
    test('is set by dragging a slider: the host hears of the last value, and the effect is measured beside it', async () => {
      const page = await stage.show();
      const box = (await slider(page, 'Latency, node-2').boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (let step = 1; step <= 12; step++) await page.mouse.move(x + step * 4, y);
      await page.mouse.up();
      const shown = Number(await field(page, 'Latency in ms, node-2').inputValue());
      expect(shown).toBeGreaterThan(10);
      await expect.poll(() => stage.callsTo('network:set').at(-1)).toEqual({ nodeIds: ['node-2'], change: both({ latencyMs: shown / 2 }) });
      for (const input of stage.callsTo('network:set')) expect(input).toMatchObject({ nodeIds: ['node-2'], change: { toNode: { latencyMs: expect.any(Number) as number } } });
      stage.host.emit('network:sample', networkSample({ links: [linkSample(2, { rttMs: shown + 1.4 })] }));
      await row(page, 'node-2').getByText(`measured ${(shown + 1.4).toFixed(shown < 8.6 ? 1 : 0)}`).waitFor();
      expect(await row(page, 'node-2').getByRole('button', { name: 'Profile of node-2: Own settings' }).count()).toBe(1);
    });

    test('is set with the keyboard: arrows, pages, ends, and the number itself', async () => {
      const page = await stage.show();
      await slider(page, 'Down, node-1').focus();
      await page.keyboard.press('Home');
      await expect.poll(() => slider(page, 'Down, node-1').getAttribute('aria-valuetext')).toBe('0.1 Mbit/s');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => slider(page, 'Down, node-1').getAttribute('aria-valuetext')).toBe('0.12 Mbit/s');
      await page.keyboard.press('End');
      await expect.poll(() => slider(page, 'Down, node-1').getAttribute('aria-valuetext')).toBe('no limit');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.type('2,5');
      await page.keyboard.press('Enter');
      await expect.poll(() => stage.callsTo('network:set').at(-1)).toEqual({ nodeIds: ['node-1'], change: { toClient: { bitsPerSecond: 2_500_000 } } });
      await row(page, 'node-1').getByRole('button', { name: 'Partition to node, node-1' }).focus();
      await page.keyboard.press('Space');
      await expect.poll(() => stage.network.status().links[0]!.settings.partition).toBe('to-node');
    });

    test('that is partitioned says so in a word, and what it holds waits in the line', async () => {
      const page = await stage.show();
      await row(page, 'node-4').getByRole('button', { name: 'Partition to client, node-4' }).click();
      await row(page, 'node-4').getByRole('button', { name: 'Profile of node-4: Partition to client' }).waitFor();
      await row(page, 'node-4').getByText('held', { exact: true }).waitFor();
      stage.host.emit('network:sample', busySample());
      await row(page, 'node-4').getByText('1.30 MiB held').waitFor();
      expect(await row(page, 'node-4').locator('.to-client .queue i').count()).toBe(5);
      await row(page, 'node-4').getByRole('button', { name: 'Partition to node, node-4' }).click();
      await row(page, 'node-4').getByRole('button', { name: 'Profile of node-4: Partition', exact: true }).waitFor();
      await row(page, 'node-4').getByRole('button', { name: 'Node failure, node-4' }).click();
      await row(page, 'node-4').getByText('refused').waitFor();
      expect(stage.callsTo('network:set')).toEqual([{ partition: 'to-client' }, { partition: 'both' }, { isFailed: true }].map((change) => ({ nodeIds: ['node-4'], change })));
    });

    test('that somebody else sets moves here too', async () => {
      const page = await stage.show();
      await slider(page, 'Loss, node-3').waitFor();
      stage.network.become(busyNetwork());
      await expect.poll(() => slider(page, 'Loss, node-3').getAttribute('aria-valuetext')).toBe('15 percent');
      await expect.poll(() => slider(page, 'Latency, all links').getAttribute('aria-valuetext')).toBe('differs, up to 300 ms');
    });

    test('that the host refuses goes back to what it was, and the reason is told', async () => {
      stage.host.answers['network:set'] = () => Promise.reject(new VStackError('unavailable', 'The link emulator was just restarted.'));
      const page = await stage.show();
      await field(page, 'Jitter in ms, node-1').fill('50');
      await page.keyboard.press('Enter');
      await page.getByText('Jitter of node-1 could not be set').waitFor();
      await page.getByText('The link emulator was just restarted. It stays as it was: nothing added.').waitFor();
      await expect.poll(() => field(page, 'Jitter in ms, node-1').inputValue()).toBe('0');
    });

    test('is shown whole by its address, with each direction, bursts and charts', async () => {
      const page = await stage.show();
      // The command line of the desktop program takes no more than a path.
      await stage.door.show('/network?node=node-3');
      const more = page.getByRole('group', { name: 'More of the link to node-3' });
      await more.getByRole('textbox', { name: 'Latency to node in ms' }).fill('40');
      await page.keyboard.press('Enter');
      await more.getByText('Bursts').click();
      await more.getByText('1.92 % in all, 4.0 packets a burst').waitFor();
      await more.getByRole('textbox', { name: 'Reset' }).fill('5');
      await page.keyboard.press('Enter');
      await expect.poll(() => stage.network.status().links[2]!.settings).toMatchObject({ toNode: { latencyMs: 40, loss: { model: 'gilbert-elliott' } }, toClient: { latencyMs: 0 }, resetShare: 0.05 });
      for (let tick = 0; tick < 4; tick++) stage.host.emit('network:sample', { ...busySample(tick), atMs: Date.now() - (4 - tick) * 500 });
      await more.getByRole('group', { name: 'Round trip' }).waitFor();
      await page.getByRole('button', { name: 'More of node-3' }).click();
      await more.waitFor({ state: 'detached' });
    });
  });

  describe('profiles', () => {
    test('are applied to one link and to all', async () => {
      const page = await stage.show();
      await page.getByRole('button', { name: 'Profile of node-2: Clear' }).click();
      await page.getByRole('menuitem', { name: /^3G/ }).click();
      await page.getByRole('button', { name: 'Profile of node-2: 3G' }).waitFor();
      expect(await field(page, 'Latency in ms, node-2').inputValue()).toBe('300');
      await page.getByRole('button', { name: 'Apply LTE' }).click();
      await page.getByRole('menuitem', { name: 'All links' }).click();
      await page.getByRole('button', { name: 'Profile of all links: LTE' }).waitFor();
      expect(stage.callsTo('network:apply-profile')).toEqual([{ nodeIds: ['node-2'], profileId: '3g' }, { nodeIds: 'all', profileId: 'lte' }]);
    });

    test('of one\'s own are saved from a link, renamed, deleted and taken back', async () => {
      const page = await stage.show();
      await field(page, 'Latency in ms, node-5').fill('120');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Profile of node-5: Own settings' }).click();
      await page.getByRole('menuitem', { name: 'Save as profile…' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Tunnel');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Profile of node-5: Tunnel' }).waitFor();
      expect(stage.callsTo('network:save-profile')).toEqual([{ name: 'Tunnel', description: '120 ms', settings: changeLink(normalLink, both({ latencyMs: 60 })) }]);
      const profiles = page.getByRole('list', { name: 'Profiles' });
      await profiles.getByRole('button', { name: 'More for Tunnel' }).click();
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Long tunnel');
      await page.keyboard.press('Enter');
      await profiles.getByText('Long tunnel').waitFor();
      await profiles.getByRole('button', { name: 'More for Long tunnel' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await profiles.getByText('Long tunnel').waitFor({ state: 'detached' });
      await page.getByText('Profile "Long tunnel" was deleted').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await profiles.getByText('Long tunnel').waitFor();
    });
  });

  describe('scenarios', () => {
    const timeline = (page: Page): Locator => page.getByRole('region', { name: 'Network degradation' });

    test('are played with a seed, watched and stopped', async () => {
      const page = await stage.show();
      await page.getByRole('link', { name: /^Network degradation/ }).click();
      await expect.poll(() => page.url()).toContain('#/network/scenarios/network-degradation');
      await page.getByRole('textbox', { name: 'Seed' }).fill('77');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await expect.poll(() => stage.callsTo('scenarios:run')).toEqual([{ scenarioId: 'network-degradation', seed: 77 }]);
      await timeline(page).getByRole('status').getByText('Playing').waitFor();
      stage.network.become(networkStatus({ run: scenarioRun('network-degradation', 37) }));
      await timeline(page).getByText(/^0:3\d \/ 1:30$/).waitFor();
      const steps = timeline(page).getByRole('list', { name: 'Steps' }).getByRole('listitem');
      expect(await steps.evaluateAll((items) => items.map((item) => item.textContent!.endsWith('done')))).toEqual([true, true, true, false]);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await timeline(page).getByRole('status').getByText('Stopped').waitFor();
      expect(stage.callsTo('scenarios:stop')).toEqual([{}]);
    });

    test('are made in the editor: steps added, moved, filled in, and refused in words until they make sense', async () => {
      const page = await stage.show();
      await page.getByRole('button', { name: 'New…' }).click();
      const dialog = page.getByRole('dialog');
      const save = dialog.getByRole('button', { name: 'Save scenario' });
      expect(await save.isDisabled()).toBe(true);
      await dialog.getByLabel('Name').fill('Two slow minutes');
      await dialog.getByRole('textbox', { name: 'Duration' }).fill('120');
      await page.keyboard.press('Tab');
      await dialog.getByRole('button', { name: 'Add step' }).click();
      const added = dialog.getByRole('group', { name: 'Step at 0:10' });
      await added.getByRole('combobox', { name: 'Target' }).click();
      await page.getByRole('option', { name: 'node-3' }).click();
      await added.getByRole('combobox', { name: 'Action' }).click();
      await page.getByRole('option', { name: 'Set the link' }).click();
      await added.getByLabel('Loss').fill('3');
      await page.keyboard.press('Enter');
      const mark = dialog.getByRole('slider', { name: /^Step at 0:10, node-3/ });
      await mark.focus();
      await page.keyboard.press('PageUp');
      await dialog.getByRole('slider', { name: 'Step at 0:20, node-3: 150 ms, 3 % loss' }).waitFor();
      const moved = dialog.getByRole('group', { name: 'Step at 0:20' });
      await moved.getByRole('textbox', { name: 'At', exact: true }).fill('500');
      await page.keyboard.press('Tab');
      await dialog.getByText('✕ At 500 s it comes after the end, at 120 s.').waitFor();
      expect(await save.isDisabled()).toBe(true);
      await dialog.getByRole('group', { name: 'Step at 8:20' }).getByRole('textbox', { name: 'At', exact: true }).fill('30');
      await page.keyboard.press('Tab');
      await save.click();
      await expect.poll(() => stage.callsTo('scenarios:save')).toEqual([{
        version: 1, name: 'Two slow minutes', description: '', durationSec: 120,
        steps: [
          { atSec: 0, target: { nodes: 'all' }, action: { kind: 'profile', profileId: 'normal' } },
          { atSec: 30, target: { nodeId: 'node-3' }, action: { kind: 'link', change: both({ latencyMs: 75, loss: { model: 'bernoulli', share: 0.03 } }) } },
        ],
      }]);
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('heading', { level: 3, name: 'Two slow minutes' }).waitFor();
    });

    test('are dragged in the picture', async () => {
      const page = await stage.show('/network/scenarios/recovery');
      await page.getByRole('button', { name: 'More for Recovery' }).click();
      await page.getByRole('menuitem', { name: 'Edit a copy…' }).click();
      const dialog = page.getByRole('dialog');
      const box = (await dialog.getByRole('slider', { name: /^Step at 0:25/ }).boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x - 100, box.y + box.height / 2, { steps: 5 });
      await page.mouse.up();
      await expect.poll(() => dialog.getByRole('slider', { name: /^Step at 0:25/ }).count()).toBe(0);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('alertdialog', { name: 'Discard the changes?' }).getByRole('button', { name: 'Discard' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(stage.callsTo('scenarios:save')).toEqual([]);
    });

    test('leave as a file and come back as what they were; another file is refused in words', async () => {
      const page = await stage.show('/network/scenarios/chaos');
      await page.getByRole('button', { name: 'More for Chaos test' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as a file' }).click()]);
      expect(download.suggestedFilename()).toMatch(/^vstack-scenario-chaos-test-.*\.json$/);
      const text = readFileSync(await download.path(), 'utf8');
      const file = page.locator('input[type="file"]');
      await file.setInputFiles({ name: 'cat.json', mimeType: 'application/json', buffer: Buffer.from('{"name":"Cat"}') });
      await page.getByText('The scenario could not be imported').waitFor();
      await page.getByText(/^"cat\.json" is no scenario\. version:/).waitFor();
      await file.setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text.replace('"Chaos test"', '"My chaos"')) });
      await page.getByRole('heading', { level: 3, name: 'My chaos' }).waitFor();
      const { version, description, durationSec, steps } = builtInScenarios.find(({ id }) => id === 'chaos')!;
      expect(stage.callsTo('scenarios:save')).toEqual([{ version, name: 'My chaos', description, durationSec, steps }]);
      await page.getByRole('button', { name: 'More for My chaos' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByRole('link', { name: /^My chaos/ }).waitFor({ state: 'detached' });
      await page.getByText('Scenario "My chaos" was deleted').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('link', { name: /^My chaos/ }).waitFor();
    });
  });

  describe('back to normal', () => {
    test('is a button that undoes everything, and can be undone itself', async () => {
      stage.network.become(busyNetwork({ run: scenarioRun('chaos', 5) }));
      const page = await stage.show();
      await page.getByRole('button', { name: /^Back to normal/ }).click();
      await page.getByRole('button', { name: 'Profile of all links: Clear' }).waitFor();
      expect(stage.callsTo('network:reset')).toEqual([{}]);
      expect(await page.getByRole('button', { name: /^Back to normal/ }).isDisabled()).toBe(true);
      await page.getByText('Back to normal: 4 links').waitFor();
      await page.getByRole('button', { name: 'Set them again' }).click();
      await page.getByRole('button', { name: 'Profile of node-2: 3G' }).waitFor();
      await expect.poll(() => stage.network.status().links).toEqual(busyNetwork().links);
    });

    test('is one key away in every view, where a line says what is not normal', async () => {
      stage.network.become(networkStatus({ links: [linkStatus(1), linkStatus(2, busyNetwork().links[1]!.settings)], run: scenarioRun('chaos', 5) }));
      const page = await stage.show('/library');
      const strip = page.getByRole('region', { name: 'Network' });
      await strip.getByText('node-2: 3G').waitFor();
      await strip.getByText('1 scenario running').waitFor();
      await page.keyboard.press('0');
      await strip.waitFor({ state: 'detached' });
      expect(stage.callsTo('network:reset')).toEqual([{}]);
      await page.keyboard.press('0');
      expect(stage.callsTo('network:reset')).toHaveLength(1);
    });

    test('is where links are broken from the cluster\'s own picture', async () => {
      const page = await stage.show('/cluster');
      await page.getByRole('button', { name: 'Break something…' }).click();
      await page.getByRole('menuitem', { name: 'node-3' }).press('ArrowRight');
      await page.getByRole('menuitem', { name: /^Lossy 10/ }).click();
      await expect.poll(() => stage.callsTo('network:set')).toEqual([{ nodeIds: ['node-3'], change: both({ loss: { model: 'bernoulli', share: 0.1 } }) }]);
      await page.getByRole('list', { name: 'Nodes in the picture' }).getByRole('link', { name: /^node-3, ready, link 10 % loss/ }).waitFor();
      await page.getByText('node-3: Own settings').waitFor();
      await page.locator('.topology').getByRole('button', { name: 'Back to normal' }).click();
      await expect.poll(() => stage.callsTo('network:reset')).toEqual([{}]);
      await page.getByRole('link', { name: /^node-3, ready, sends/ }).waitFor();
    });
  });

  test('without a cluster it leads to one; with one, the links are there', async () => {
    stage.host.answers['cluster:status'] = () => stoppedCluster();
    stage.network.become(networkStatus({ links: [], isReady: false }));
    const page = await stage.show();
    await page.getByRole('heading', { name: 'No links yet' }).waitFor();
    stage.host.emit('cluster:changed', clusterStatus());
    stage.network.become(networkStatus());
    await row(page, 'node-5').waitFor();
    stage.network.become(networkStatus({ isReady: false }));
    await page.getByRole('alert').filter({ hasText: 'The link emulator does not run' }).waitFor();
    expect(await field(page, 'Latency in ms, node-1').isDisabled()).toBe(true);
  });
});

describe.skipIf(doors.length === 0)('what the network view looks like', () => {
  const stage = useStage(browserDoor);

  test('everything of five links fits into 1280 × 800, and live figures move nothing', async () => {
    stage.network.become(busyNetwork());
    const page = await stage.show();
    await row(page, 'node-5').waitFor();
    const main = page.getByRole('main');
    expect(await main.evaluate((element) => [element.scrollHeight - element.clientHeight, element.scrollWidth - element.clientWidth])).toEqual([0, 0]);
    const places = (): Promise<string> => page.locator('.row input, .row .thumb, .row .node').evaluateAll((elements) => elements.map((element) => JSON.stringify(element.getBoundingClientRect())).join());
    const before = await places();
    stage.host.emit('network:sample', busySample(1));
    await row(page, 'node-2').getByText(/^measured 3\d\d$/).waitFor();
    stage.host.emit('network:sample', { ...networkSample({ links: [1, 2, 3, 4, 5].map((number) => linkSample(number, { rttMs: 19_999, bitsPerSecondToClient: 9_999e6, bitsPerSecondToNode: 9_999e6, heldShare: 1 })) }), atMs: Date.now() + 1_000 });
    await row(page, 'node-2').getByText('measured 19999').waitFor();
    expect(await places()).toBe(before);
  });

  test('with less motion nothing travels, and a longer way still has more on it', async () => {
    stage.network.become(busyNetwork());
    const page = await stage.show();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const dots = (nodeId: string): Locator => row(page, nodeId).locator('.to-client .run');
    await dots('node-1').first().waitFor();
    expect(await dots('node-2').count()).toBeGreaterThan(await dots('node-1').count());
    expect(await page.locator('.run').evaluateAll((elements) => elements.filter((element) => element.getAnimations().length > 0).length)).toBe(0);
  });
});
