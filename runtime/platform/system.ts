/** Facts about this machine and this process, and the two things a program may ask of its desktop: a browser, and to open a page in it. */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isExecutable } from './files.ts';

export interface SystemFacts {
  nodeVersion: string;
  sqliteVersion: string;
  /** Null outside of Electron; the same holds for its Chromium. */
  electronVersion: string | null;
  chromeVersion: string | null;
  /** Such as `linux-x64`. */
  platform: string;
  osRelease: string;
  cpuModel: string;
  cpuCount: number;
  memoryBytes: number;
  pid: number;
}

export const systemFacts = (): SystemFacts => {
  const { node, sqlite, electron, chrome } = process.versions;
  return {
    nodeVersion: node,
    sqliteVersion: sqlite ?? '',
    electronVersion: electron ?? null,
    chromeVersion: chrome ?? null,
    platform: `${process.platform}-${process.arch}`,
    osRelease: release(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCount: availableParallelism(),
    memoryBytes: totalmem(),
    pid: process.pid,
  };
};

const BROWSER_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'msedge', 'firefox'];
const MAC_BROWSERS = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Firefox', 'Safari'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
const WINDOWS_BROWSERS = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe', 'Mozilla Firefox/firefox.exe'];

const browserPlaces = (): string[] => {
  const inPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean).flatMap((folder) => BROWSER_NAMES.map((name) => join(folder, name)));
  const windowsFolders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => process.env[name] ?? []);
  const windows = windowsFolders.flatMap((folder) => WINDOWS_BROWSERS.map((path) => join(folder, path)));
  const named = process.env.CHROMIUM_PATH;
  return [...(named ? [named] : []), ...inPath, ...(process.platform === 'darwin' ? MAC_BROWSERS : []), ...(process.platform === 'win32' ? windows : [])];
};

/** The path of an installed browser; undefined when none was found. */
export const findBrowser = async (): Promise<string | undefined> => {
  for (const place of browserPlaces()) if (await isExecutable(place)) return place;
  return undefined;
};

/** Where Electron's own package keeps its binary once it has been fetched. */
const ELECTRON_BINARY: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** The path of an Electron binary on this machine, beside the project or named by the environment; undefined when there is none. */
export const findElectron = async (projectRoot: string | undefined): Promise<string | undefined> => {
  const name = ELECTRON_BINARY[process.platform] ?? 'electron';
  const { ELECTRON_EXEC_PATH: named, ELECTRON_OVERRIDE_DIST_PATH: override } = process.env;
  const places = [
    ...(named ? [named] : []),
    ...(override ? [join(override, name)] : []),
    ...(projectRoot ? [join(projectRoot, 'node_modules', 'electron', 'dist', name)] : []),
  ];
  for (const place of places) if (await isExecutable(place)) return place;
  return process.versions.electron === undefined ? undefined : process.execPath;
};

/** Whether there is a desktop to show a window on. */
export const hasDisplay = (): boolean => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

const OPENERS: Partial<Record<NodeJS.Platform, [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  // `start` would take a quoted address for a title; rundll32 hands it to the default browser as it is.
  win32: [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'rundll32.exe'), 'url.dll,FileProtocolHandler'],
};

/** Hands an address or a path to the desktop. Resolves with whether a program was found that takes it. */
const openOnDesktop = (target: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
    const child = spawn(program, [...args, target], { stdio: 'ignore', detached: true, cwd: dirname(process.execPath) });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });

/** Opens an address in the person's browser. */
export const openInBrowser = openOnDesktop;

/** Opens a folder in the file manager; false where there is no desktop. */
export const openFolder = (path: string): Promise<boolean> => (hasDisplay() ? openOnDesktop(path) : Promise.resolve(false));
