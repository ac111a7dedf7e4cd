/**
 * One spec, every door: the same steps run in the browser over `vstack serve`, over the built desktop program under the stand-in of
 * Electron, and over the real Electron wherever its binary is found.
 *
 *   describeDoors('the library', ({ open }) => {
 *     let door: OpenDoor;
 *     beforeAll(async () => { door = await open(); });
 *     afterAll(() => door?.close());
 *     test('lists the sample', async () => { await door.page.getByRole('link', { name: 'Library' }).click(); … });
 *     test('nothing was complained about', () => expect(door.complaints()).toEqual([]));
 *   });
 *
 * Each `open()` is a program of its own on an empty data folder, and shows the first screen. Files are picked with `door.pickFiles`, because
 * one door asks with the page's own chooser and another with a native dialog, and dragged in with `door.dragFiles`; other views are reached with `door.show('/library')`. A
 * host that says what a test tells it to (tests/fixtures/scripted-door) is shown through any door with `open({ scripted })`.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, describe } from 'vitest';
import type { ScriptedDoor } from '../fixtures/scripted-door/door.ts';
import { launchChromium, requireChromium } from './browser.ts';
import { openBrowserDoor } from './door-browser.ts';
import { openRealElectronDoor, realElectronMissing } from './door-electron.ts';
import { openStandInDoor } from './door-stand-in.ts';

export interface OpenDoorOptions {
  /** @default 1280 × 800 */
  viewport?: { width: number; height: number };
  /** The address of the view to begin with, as `/library`. @default the first screen */
  view?: string | undefined;
  /** Shows this scripted host instead of a real one. */
  scripted?: ScriptedDoor;
}

/** Files that are held over the page. */
export interface Drag {
  drop(): Promise<void>;
  /** Takes them away, over the corner of the page. */
  leave(): Promise<void>;
}

export interface OpenDoor {
  page: Page;
  /** The host's data folder; empty at first, removed by `close`. */
  dataDir: string;
  /** Does what makes the program ask for files (`trigger`), and picks these. Absolute paths. */
  pickFiles(paths: readonly string[], trigger: () => Promise<unknown>): Promise<void>;
  /** Holds files of this machine over an element, as a person drags them in from the system. Absolute paths, folders too. */
  dragFiles(paths: readonly string[], target: Locator): Promise<Drag>;
  /** Goes to a view by its address, as `/library`. */
  show(view: string): Promise<void>;
  /** Script errors and violated policies so far. Requests that a dead node refused are not among them. */
  complaints(): string[];
  /** Ends program and cluster as a person would. */
  close(): Promise<void>;
}

export interface Door {
  name: string;
  open(options?: OpenDoorOptions): Promise<OpenDoor>;
}

const executablePath = requireChromium();

let chromium: Promise<Browser> | undefined;
/** One browser for all specs of a file, a context each. */
const sharedChromium = (): Promise<Browser> => (chromium ??= launchChromium(executablePath!));
const closeChromium = async (): Promise<void> => {
  const opened = chromium;
  chromium = undefined;
  await (await opened)?.close();
};

export const browserDoor: Door = { name: 'browser', open: async (options = {}) => openBrowserDoor(await sharedChromium(), options) };
export const standInDoor: Door = { name: 'Electron stand-in', open: async (options = {}) => openStandInDoor(await sharedChromium(), options) };
export const realElectronDoor: Door = { name: 'real Electron', open: openRealElectronDoor };

/** The doors that can be opened on this machine. */
export const doors: readonly Door[] = [
  ...(executablePath ? [browserDoor, standInDoor] : []),
  ...(realElectronMissing() === undefined ? [realElectronDoor] : []),
];

/** Registers the spec once for each door; without a browser it is registered as skipped, so that it is seen. */
export const describeDoors = (title: string, spec: (door: Door) => void): void => {
  if (doors.length === 0) describe.skip(`${title}, without a browser`, () => spec(browserDoor));
  afterAll(closeChromium);
  for (const door of doors) describe(`${title}, through the door: ${door.name}`, () => spec(door));
};
