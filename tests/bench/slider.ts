/**
 * How soon a slider of the network view is felt: `vstack serve` with five nodes and the link emulator as they ship, the built page in headless
 * Chromium, and a prober that asks one of the nodes through its link every 5 ms, on one connection, without waiting for answers. The latency slider of
 * that link is moved from nothing to a round trip of 200 to 2,000 ms and back: by a key (End, Home), by a click on its track, and by a drag, whose
 * pointer first goes to and fro on the one side, sixty times a second, and then leaps to the other; the page sends at most every 100 ms, so that
 * the last value of a drag waits. The time begins when the last input is handed to the browser. It ends, upwards, when the first request is sent from
 * which on every answer is late by all of what was set; downwards, when the first answer comes that would have been under way still, less what is
 * set now. So both hold the way of the input into the browser, and up to 5 ms until the next request; a request that was under way when the link
 * changed may make an upward move seem up to 4 ms quicker. Apart: until the page shows the new round trip beside the slider, less that round trip, without
 * which none is measured. `--quick` measures less.
 */
import { readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { CLUSTER_FILE, type ClusterFile } from '../../runtime/contract/cluster-file.ts';
import { createRandom, drawShare } from '../../runtime/core/random.ts';
import { launchChromium, NO_BROWSER, requireChromium } from '../e2e/browser.ts';
import { showView, VIEWPORT } from '../e2e/door-parts.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { newDataDir } from '../fixtures/cluster-process.ts';
import { median, percentile, printFigures, type Figure } from './lib/figures.ts';
import { type LinkProber, startLinkProber } from './lib/link-prober.ts';

const ROUNDS = process.argv.includes('--quick') ? 3 : 15;
const NODE_ID = 'node-3';
const PROBE_MS = 5;
/** From here on a round trip cannot be taken for a machine's own delay. */
const SLOW_MS_MIN = 200;
const SLOW_MS_MAX = 2_000;
/** A click on the track lands some stops away from where a drag would. */
const GOAL_MS_MIN = 500;
/** Where a drag goes to and fro before it leaps up. */
const QUICK_MS_MAX = 4;
/** And before it leaps down: there is always an answer on its way that is younger than SLOW_MS_MIN, and that no node has to give first. */
const FRO_MS_MAX = 360;
const DRAG_MOVES = [12, 25] as const;
/** Between the inputs of a drag: a frame. */
const MOVE_MS = 16;
/** Until the page has drawn what an input did. */
const DRAWN_MS = 3 * MOVE_MS;
/** The emulator's own error, which may be negative. */
const ERROR_MS = 2;
/** Requests that have to bear a new latency before it counts. */
const PROBES_MIN = 20;
/** At most, before each move: so that it meets the host's samples at any moment. */
const PAUSE_MS = 600;
/** Only what hangs reaches it. */
const SHOWN_MS_MAX = 60_000;

const GESTURES = ['key', 'click', 'drag'] as const;
type Gesture = (typeof GESTURES)[number];
interface Move {
  gesture: Gesture;
  effectMs: number;
  shownMs: number;
}

const random = createRandom(4);
const drawBetween = ([from, to]: readonly [number, number]): number => from + drawShare(random) * (to - from);

interface Rig {
  page: Page;
  thumb: Locator;
  track: { x: number; y: number; width: number; height: number };
  /** Where on the track which value lies, pixel by pixel. */
  places: readonly { x: number; valueMs: number }[];
  prober: LinkProber;
}

const valueOf = async (thumb: Locator): Promise<number> => Number(await thumb.getAttribute('aria-valuenow'));

/** Drags the slider over its whole track and leaves it at nothing. */
const findPlaces = async (page: Page, thumb: Locator, { x: fromX, y: top, width, height }: Rig['track']): Promise<Rig['places']> => {
  const y = top + height / 2;
  const places: { x: number; valueMs: number }[] = [];
  // By its middle, as every drag: a thumb keeps its distance from the pointer.
  const box = (await thumb.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  for (let x = fromX; x < fromX + width; x += 1) {
    await page.mouse.move(x, y);
    await sleep(DRAWN_MS);
    places.push({ x, valueMs: await valueOf(thumb) });
  }
  await page.mouse.move(fromX - height, y);
  await page.mouse.up();
  return places;
};

/** Makes the move. Returns when its last input was handed to the browser. */
const perform = async ({ page, thumb, track, places }: Rig, gesture: Gesture, isUp: boolean): Promise<number> => {
  const y = track.y + track.height / 2;
  const drawPlace = (fromMs: number, toMs: number): number => {
    const within = places.filter(({ valueMs }) => valueMs >= fromMs && valueMs <= toMs);
    return within[Math.floor(drawShare(random) * within.length)]!.x;
  };
  // A hand that drags goes past the end.
  const goal = isUp ? drawPlace(GOAL_MS_MIN, SLOW_MS_MAX) : gesture === 'drag' ? track.x - track.height : track.x;
  if (gesture === 'key') {
    await thumb.focus();
    const handedMs = performance.now();
    await page.keyboard.press(isUp ? 'End' : 'Home');
    return handedMs;
  }
  if (gesture === 'click') {
    await page.mouse.move(goal, y);
    const handedMs = performance.now();
    await page.mouse.down();
    await page.mouse.up();
    return handedMs;
  }
  const { x, width } = (await thumb.boundingBox())!;
  await page.mouse.move(x + width / 2, y);
  await page.mouse.down();
  const moveCount = Math.round(drawBetween(DRAG_MOVES));
  for (let count = 0; count < moveCount; count += 1) {
    await page.mouse.move(isUp ? drawPlace(0, QUICK_MS_MAX) : drawPlace(SLOW_MS_MIN, FRO_MS_MAX), y);
    await sleep(MOVE_MS);
  }
  const handedMs = performance.now();
  await page.mouse.move(goal, y);
  await page.mouse.up();
  return handedMs;
};

/**
 * When the link had the new latency, of requests that are answered. `beforeMs` is the least that it had before.
 * @throws Error when no request tells
 */
const effectAtMs = (prober: LinkProber, fromMs: number, isUp: boolean, latencyMs: number, beforeMs: number): number => {
  const since = prober.probes.slice(prober.probes.findIndex(({ answeredMs }) => answeredMs >= fromMs));
  if (isUp) {
    const late = since.slice(since.findLastIndex(({ sentMs, answeredMs }) => answeredMs - sentMs < latencyMs - ERROR_MS) + 1);
    if (late.length >= PROBES_MIN) return late[0]!.sentMs;
  } else {
    const first = since.find(({ sentMs, answeredMs }) => answeredMs - sentMs < beforeMs - ERROR_MS);
    if (first) return first.answeredMs - latencyMs;
  }
  throw new Error(`No request through the link was ${isUp ? 'late' : 'quick again'} after the slider was moved to ${latencyMs} ms.`);
};

interface PageGlobals {
  document: { querySelector(selector: string): { textContent: string } | null };
}
/** Resolves once the round trip beside the slider is within bounds. */
const isShown = async (page: Page, minMs: number, maxMs: number): Promise<void> => {
  await page.waitForFunction(
    ({ nodeId, min, max }) => {
      const text = (globalThis as unknown as PageGlobals).document.querySelector(`[aria-label="Link to ${nodeId}"] .now`)?.textContent ?? '';
      const shownMs = Number(text.replace('measured ', ''));
      return shownMs >= min && shownMs <= max;
    },
    { nodeId: NODE_ID, min: minMs, max: maxMs },
    { polling: 'raf', timeout: SHOWN_MS_MAX },
  );
};

const move = async (rig: Rig, gesture: Gesture, isUp: boolean): Promise<Move> => {
  const { page, thumb, prober } = rig;
  await sleep(drawShare(random) * PAUSE_MS);
  const beforeMs = gesture === 'drag' ? SLOW_MS_MIN : await valueOf(thumb);
  const handedMs = await perform(rig, gesture, isUp);
  await sleep(DRAWN_MS);
  const latencyMs = await valueOf(thumb);
  if (isUp ? latencyMs < SLOW_MS_MIN : latencyMs > 1) throw new Error(`The slider went to ${latencyMs} ms when it was moved ${isUp ? 'up' : 'down'} by a ${gesture}.`);
  await isShown(page, isUp ? latencyMs * 0.95 : 0, isUp ? Infinity : SLOW_MS_MIN / 2);
  const shownMs = performance.now() - handedMs - latencyMs;
  await prober.answered(performance.now());
  return { gesture, effectMs: effectAtMs(prober, handedMs, isUp, latencyMs, beforeMs) - handedMs, shownMs };
};

const executablePath = requireChromium();
if (!executablePath) {
  console.error(NO_BROWSER);
  process.exit(1);
}
const dataDir = newDataDir();
const door = await startWebDoor(dataDir);
const browser = await launchChromium(executablePath);
let prober: LinkProber | undefined;
try {
  const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
  await page.goto(door.signInUrl);
  await page.getByRole('button', { name: 'Launch only' }).click();
  await page.getByText('5 of 5 nodes').waitFor({ timeout: SHOWN_MS_MAX });
  await showView(page, '/network');
  const thumb = page.getByRole('slider', { name: `Latency, ${NODE_ID}`, exact: true });
  const track = (await page.getByRole('group', { name: `Link to ${NODE_ID}`, exact: true }).locator('.root').first().boundingBox())!;
  const places = await findPlaces(page, thumb, track);
  const file = JSON.parse(readFileSync(join(dataDir, CLUSTER_FILE), 'utf8')) as ClusterFile;
  const { url } = file.nodes.find(({ node_id: nodeId }) => nodeId === NODE_ID)!;
  prober = await startLinkProber(url!, { secret: file.secret, everyMs: PROBE_MS });
  await isShown(page, 0, SLOW_MS_MIN / 2);

  const rig = { page, thumb, track, places, prober };
  const moves: Move[] = [];
  const loadBefore = loadavg()[0]!;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const gesture of GESTURES) for (const isUp of [true, false]) moves.push(await move(rig, gesture, isUp));
  }
  const effectsMs = moves.map(({ effectMs }) => effectMs);
  const ofEach = GESTURES.map((gesture): Figure => {
    const ownMs = moves.filter((each) => each.gesture === gesture).map(({ effectMs }) => effectMs);
    return { name: `by ${gesture}, p50`, value: median(ownMs), unit: 'ms', note: `${ownMs.length} moves, from ${Math.min(...ownMs).toFixed(1)} to ${Math.max(...ownMs).toFixed(1)} ms` };
  });
  const shownMs = moves.map((each) => each.shownMs);
  const gapsMs = prober.probes.slice(1).map(({ sentMs }, index) => sentMs - prober!.probes[index]!.sentMs);
  printFigures('From a slider to its effect', [
    { name: 'from the input to the link, p50', value: median(effectsMs), unit: 'ms', note: `${moves.length} moves, load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after` },
    { name: 'the same, p95', value: percentile(effectsMs, 95), unit: 'ms', target: '≤ 250 ms' },
    { name: 'the same, worst', value: Math.max(...effectsMs), unit: 'ms', target: '≤ 250 ms', note: `the prober, due every ${PROBE_MS} ms, was up to ${(Math.max(...gapsMs) - PROBE_MS).toFixed(0)} ms late itself` },
    ...ofEach,
    { name: 'until the new round trip is shown beside the slider, p50', value: median(shownMs), unit: 'ms', note: `less that round trip; p95 ${percentile(shownMs, 95).toFixed(0)} ms, worst ${Math.max(...shownMs).toFixed(0)} ms; the host measures twice a second` },
  ]);
} finally {
  prober?.stop();
  await browser.close();
  await door.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
