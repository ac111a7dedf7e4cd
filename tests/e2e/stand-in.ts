/**
 * The built desktop program under the stand-in of Electron, shown in a real Chromium: out/main/index.js runs in plain Node, each of its
 * windows is a page here, and out/preload/index.cjs runs in that page before the page's own scripts.
 *
 *   page ── vstack://app/… (as PAGE_ORIGIN) ──▶ protocol handler of the program, headers and policy included
 *   preload ── invoke, send ──▶ ipcMain         ◀── webContents.send ── program
 *
 * Chromium lets nobody register a scheme from outside, so the page's addresses are translated at this border: here they begin with
 * PAGE_ORIGIN, a secure origin that exists nowhere, and the program only ever hears of vstack://app/. Loopback is reached only if the
 * program's permission handler allows it, as in Electron.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { link, type Remote } from '../fixtures/electron-stand-in/link.ts';
import { installPreload } from '../fixtures/electron-stand-in/preload-page.ts';
import type { Display, Program, SendingFrame } from '../fixtures/electron-stand-in/protocol.ts';

const projectPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NODE_PATH = projectPath(`node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`);
const STAND_IN_URL = new URL('../fixtures/electron-stand-in/process.ts', import.meta.url).href;

const PAGE_ORIGIN = 'https://app.vstack.test';
const PROGRAM_ORIGIN = 'vstack://app';
/** Only a program that hangs reaches it. */
const WINDOW_MS_MAX = 30_000;

const toProgram = (url: string): string => (url.startsWith(`${PAGE_ORIGIN}/`) ? PROGRAM_ORIGIN + url.slice(PAGE_ORIGIN.length) : url);
const toPage = (url: string): string => (url.startsWith(`${PROGRAM_ORIGIN}/`) ? PAGE_ORIGIN + url.slice(PROGRAM_ORIGIN.length) : url);

export interface StandInOptions {
  browser: Browser;
  dataDir: string;
  /** Where the window's place is remembered. */
  userDataDir: string;
  /** The view to begin with, as `/library`. */
  view?: string | undefined;
  viewport?: { width: number; height: number };
  /** A packaged program instead of the built one: its main program, and the folder that Electron would name as its resources. */
  packaged?: { mainPath: string; resourcesPath: string };
  /** Told of each window's page before anything is loaded into it. */
  onPage?: (page: Page) => void;
}

export interface StandInProgram {
  page: Page;
  context: BrowserContext;
  /** What a person and the system do to the program. */
  program: Remote<Program>;
  /** What the next native dialog for files answers; null: it is closed without a choice. */
  pick(paths: string[] | null): void;
  /** Native dialogs that were shown, with their options. */
  dialogs: { kind: string; options: unknown }[];
  /** Quits as a person would. Resolves with the exit code once the program has ended. */
  quit(): Promise<number | null>;
}

const frameOf = (frame: Frame): SendingFrame => ({ url: toProgram(frame.url()), isMain: frame.parentFrame() === null });

/** Answers the page's requests for its own files, and asks the program about every other place a frame wants to go. */
const routePage = async (page: Page, id: number, program: Remote<Program>): Promise<void> => {
  await page.route((url) => url.origin === PAGE_ORIGIN, async (route) => {
    const { status, headers, body } = await program.request(toProgram(route.request().url()), route.request().method());
    await route.fulfill({ status, headers, body: Buffer.from(body) });
  });
  await page.route((url) => /^https?:$/.test(url.protocol) && url.origin !== PAGE_ORIGIN, async (route) => {
    const request = route.request();
    if (!request.isNavigationRequest()) return route.continue();
    const isPrevented = await program.contentsEvent(id, 'will-frame-navigate', { url: request.url(), isMainFrame: request.frame() === page.mainFrame() });
    await (isPrevented ? route.abort('aborted') : route.continue());
  });
  // A window that the page opens has no handler of its own; it ends here before it has loaded anything.
  await page.context().route(/^https?:/, async (route) => {
    await program.openAnother(id, toProgram(route.request().url()));
    await route.abort('aborted');
  });
  page.on('popup', (popup) => {
    popup.once('requestfailed', () => void popup.close());
  });
};

const waitForExit = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** @throws when the program ends, or shows no window, within WINDOW_MS_MAX */
export const openStandIn = async ({ browser, dataDir, userDataDir, view, viewport = { width: 1280, height: 800 }, packaged, onPage }: StandInOptions): Promise<StandInProgram> => {
  const context = await browser.newContext({ viewport });
  const child = spawn(NODE_PATH, ['--import', STAND_IN_URL, packaged?.mainPath ?? projectPath('out/main/index.js'), `--data=${dataDir}`, ...(view === undefined ? [] : [`--view=${view}`])], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, VSTACK_STAND_IN_USER_DATA: userDataDir, ELECTRON_RENDERER_URL: '', ...(packaged && { VSTACK_STAND_IN_RESOURCES: packaged.resourcesPath }) },
  });
  const exited = waitForExit(child);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (data) => said.push(String(data)));

  const pages = new Map<number, { page: Promise<Page>; deliver: (channel: string, args: unknown[]) => void }>();
  const shown = Promise.withResolvers<Page>();
  const dialogs: StandInProgram['dialogs'] = [];
  let picked: string[] | null = null;

  const display: Display = {
    openWindow(id, preloadPath) {
      const opened = (async () => {
        const page = await context.newPage();
        onPage?.(page);
        await routePage(page, id, program);
        const deliver = await installPreload(page, readFileSync(preloadPath, 'utf8'), {
          invoke: (frame, channel, args) => program.invoke(id, frameOf(frame), channel, args),
          send: (frame, channel, args) => program.message(id, frameOf(frame), channel, args),
          started: (frame) => frame.parentFrame() === null && program.contentsEvent(id, 'did-start-navigation', { isMainFrame: true, isSameDocument: false }),
        });
        pages.get(id)!.deliver = deliver;
        return page;
      })();
      pages.set(id, { page: opened, deliver: () => undefined });
    },
    async load(id, url, isLoopbackAllowed) {
      const page = await pages.get(id)!.page;
      if (isLoopbackAllowed) await context.grantPermissions(['local-network-access'], { origin: PAGE_ORIGIN });
      page.once('domcontentloaded', () => void program.isDrawn(id));
      await page.goto(toPage(url));
      shown.resolve(page);
    },
    deliver: (id, channel, args) => pages.get(id)!.deliver(channel, args),
    closeWindow: (id) => void pages.get(id)!.page.then((page) => page.close()),
    pickPaths(kind, options) {
      dialogs.push({ kind, options });
      return picked;
    },
    answerMessage(options) {
      dialogs.push({ kind: 'message', options });
      return 0;
    },
  };
  const program: Remote<Program> = link<Program>(
    {
      // A program that has just ended hears nothing more.
      send: (message) => void (child.connected && child.send(message as object, () => undefined)),
      onMessage: (callback) => void child.on('message', callback),
    },
    display,
  );

  const ended = exited.then((code) => Promise.reject(new Error(`The program ended with ${code} before its window was there:\n${said.join('')}`)));
  const timer = setTimeout(() => shown.reject(new Error(`No window was there within ${WINDOW_MS_MAX / 1000} s:\n${said.join('')}`)), WINDOW_MS_MAX);
  const quit = async (): Promise<number | null> => {
    // The program may end before it could answer.
    void program.quit();
    const code = await exited;
    await context.close();
    return code;
  };
  try {
    const page = await Promise.race([shown.promise, ended]);
    return { page, context, program, pick: (paths) => void (picked = paths), dialogs, quit };
  } catch (error) {
    child.kill('SIGKILL');
    await context.close();
    throw error;
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
  }
};
