/**
 * How soon the page can be used, and what it weighs. Headless Chromium opens the signed-in address of `vstack serve` over loopback with an
 * empty cache, each time in a new browser context: from the start of the navigation until the first button of the view is enabled and the
 * main thread has been idle for two frames. The weight is everything the page loads by itself until then, compressed with gzip -9 file by
 * file; what is loaded when it is first wanted (player, charts, palette) is listed apart, each with the files it cannot do without and that are
 * not there yet.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { launchChromium, requireChromium } from '../e2e/browser.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { newDataDir } from '../fixtures/cluster-process.ts';
import { KIB } from '../../runtime/contract/units.ts';
import { median, percentile, printFigures, type Figure } from './lib/figures.ts';

const RUNS = 25;
/** The first openings also warm the server's and the disk's caches. */
const WARM_UP_RUNS = 3;
const ASSETS = fileURLToPath(new URL('../../out/renderer/assets', import.meta.url));
/** Loaded when first wanted; the largest ones by name. */
const LATER = ['engine', 'plot', 'CommandPalette'] as const;

interface Opening {
  interactiveMs: number;
  loaded: string[];
}

interface PageGlobals {
  document: { querySelector(selector: string): unknown };
  requestAnimationFrame(callback: () => void): void;
  interactiveMs?: number;
}

/** Runs in the page before its own scripts. */
const watchForInteractive = (): void => {
  const page = globalThis as unknown as PageGlobals;
  const nextFrame = (then: () => void): void => page.requestAnimationFrame(then);
  const check = (): void => {
    if (!page.document.querySelector('main button:not(:disabled)')) return nextFrame(check);
    nextFrame(() => nextFrame(() => (page.interactiveMs = performance.now())));
  };
  check();
};

const open = async (browser: Browser, url: string): Promise<Opening> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(watchForInteractive);
    await page.goto(url);
    await page.waitForFunction(() => 'interactiveMs' in globalThis);
    return await page.evaluate(() => ({
      interactiveMs: (globalThis as unknown as PageGlobals).interactiveMs!,
      loaded: performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname),
    }));
  } finally {
    await context.close();
  }
};

/** A built file and, by their names, the files it imports itself; what it asks for later is not among them. */
const withImports = (name: string, found = new Set<string>()): Set<string> => {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported] of readFileSync(join(ASSETS, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) withImports(imported!, found);
  return found;
};
const gzipKib = (name: string): number => gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length / KIB;

const executablePath = requireChromium();
if (!executablePath) process.exit(1);
const dataDir = newDataDir();
const door = await startWebDoor(dataDir);
const browser = await launchChromium(executablePath);
try {
  const openings: Opening[] = [];
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run++) openings.push(await open(browser, door.signInUrl));
  const measured = openings.slice(WARM_UP_RUNS).map((opening) => opening.interactiveMs);
  const initial = openings[0]!.loaded.filter((path) => path.endsWith('.js')).map((path) => path.split('/').at(-1)!);
  const later: Figure[] = LATER.flatMap((part) => {
    const file = readdirSync(ASSETS).find((name) => name.startsWith(`${part}-`) && name.endsWith('.js'));
    if (!file) return [];
    const files = [...withImports(file)].filter((name) => !initial.includes(name));
    const note = initial.includes(file) ? 'loaded at the start' : `not loaded at the start; ${files.map((name) => name.replace(/-[^-]+\.js$/, '')).join(', ')}`;
    return [{ name: `${part}, when first wanted`, value: files.reduce((sum, name) => sum + gzipKib(name), 0), unit: 'KiB', note }];
  });
  printFigures('The page', [
    { name: 'navigation to interactive', value: median(measured), unit: 'ms', target: '≤ 500 ms median', note: `${RUNS} openings, p95 ${percentile(measured, 95).toFixed(0)} ms, load average ${loadavg()[0]!.toFixed(1)}` },
    { name: 'JavaScript loaded at the start, gzip', value: initial.reduce((sum, name) => sum + gzipKib(name), 0), unit: 'KiB', target: '≤ 250 KiB', note: `${initial.length} files` },
    ...later,
  ]);
} finally {
  await browser.close();
  await door.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
