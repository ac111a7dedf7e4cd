import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApplication } from '../../../main/application.ts';
import type { HostLink } from '../../../main/host-link.ts';
import { programLayout } from '../../../main/program-layout.ts';
import { exposeBridge } from '../../../preload/bridge.ts';
import { CALL_CHANNEL } from '../../../runtime/contract/channels.ts';
import type { HostFrame } from '../../../runtime/contract/control/frames.ts';
import type { ControlClient, EventName } from '../../../runtime/contract/control/index.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { CONTENT_SECURITY_POLICY } from '../../../runtime/contract/page-policy.ts';
import { nativeTheme, standIn } from '../../fixtures/electron-stand-in.ts';
import { settings, stoppedCluster } from '../../fixtures/scripted-door/states.ts';

const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);

interface PageBridge {
  call(id: number, name: string, input: unknown): Promise<HostFrame>;
  cancel(id: number): void;
  subscribe(names: readonly string[]): void;
  onEvent(callback: (name: string, data: unknown) => void): void;
}

/** A host whose calls the test answers; it also tells which signal a call got. */
const fakeHost = () => {
  const listeners = new Map<EventName, (data: never) => void>();
  const signals: AbortSignal[] = [];
  let closeCount = 0;
  const closed = Promise.withResolvers<void>();
  const client = {
    call: (name: string, input: unknown, { signal }: { signal?: AbortSignal } = {}) => {
      if (signal) signals.push(signal);
      if (name === 'settings:get') return Promise.resolve(settings({ theme: 'light' }));
      if (name === 'cluster:status') return Promise.resolve(stoppedCluster());
      if (name === 'nodes:kill') return Promise.reject(new VStackError('not_found', `There is no ${JSON.stringify(input)}.`));
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new VStackError('cancelled', 'cancelled'))));
    },
    on: (name: EventName, callback: (data: never) => void) => {
      listeners.set(name, callback);
      return () => listeners.delete(name);
    },
  } as unknown as ControlClient;
  const link: HostLink = { client, closed: closed.promise, close: () => Promise.resolve(void closeCount++) };
  return { link, listeners, signals, closeCount: () => closeCount, end: () => closed.resolve() };
};

let root: string;
const options = (openHost: () => Promise<HostLink>) => ({
  layout: { ...programLayout(join(root, 'out', 'main')), preloadPath: '/p/index.cjs' },
  start: { dataDir: root },
  openHost,
});

beforeEach(() => {
  standIn.reset();
  root = mkdtempSync(join(tmpdir(), 'vstack-main-'));
  standIn.userData = root;
  mkdirSync(join(root, 'out', 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(root, 'out', 'renderer', 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'out', 'renderer', 'assets', 'a.js'), 'export {}');
  writeFileSync(join(root, 'secret.txt'), 'secret');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const start = async () => {
  const host = fakeHost();
  await startApplication(options(() => Promise.resolve(host.link)));
  exposeBridge();
  return { host, window: standIn.windows[0]!, page: standIn.exposed.get('vstack') as PageBridge };
};
const ask = (frame: unknown, senderFrame?: { url: string } | null): Promise<HostFrame> => {
  const sender = standIn.windows[0]!.webContents;
  return standIn.handlers.get(CALL_CHANNEL)!({ sender, senderFrame: senderFrame === undefined ? sender.mainFrame : senderFrame }, frame) as Promise<HostFrame>;
};

describe('the window', () => {
  test('is sandboxed and isolated, has no Node, and is shown before the host is started', async () => {
    const host = fakeHost();
    let wasShown = false;
    await startApplication(options(() => Promise.resolve(((wasShown = standIn.windows[0]!.isShown), host.link))));
    expect(standIn.windows[0]!.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false });
    expect(standIn.isSandboxed).toBe(true);
    expect(wasShown).toBe(true);
  });

  test('opens no other window, navigates nowhere and embeds nothing', async () => {
    const { window } = await start();
    expect(window.webContents.openHandler!({ url: 'https://example.org' })).toEqual({ action: 'deny' });
    for (const [name, url] of [['will-frame-navigate', 'https://example.org/'], ['will-frame-navigate', 'vstack://app.example.org/'], ['will-redirect', 'vstack://app/'], ['will-attach-webview', '']]) {
      const event = Object.assign(standIn.event(), { url, isMainFrame: true });
      window.webContents.emit(name!, event);
      expect(event.defaultPrevented, `${name} ${url}`).toBe(true);
    }
  });

  test('comes after scheme, sandbox and the single instance, which cannot be had later, and before the host', async () => {
    await startApplication(options(() => Promise.resolve((standIn.note('host'), fakeHost().link))));
    expect(standIn.journal).toEqual(['scheme', 'sandbox', 'single instance', 'ready', 'window', 'show, with 0 files in the data folder', 'host']);
  });

  test('opens at the view that the start names', async () => {
    await startApplication({ ...options(() => Promise.resolve(fakeHost().link)), start: { dataDir: root, view: '/library' } });
    expect(standIn.windows[0]!.webContents.mainFrame.url).toBe('vstack://app/#/library');
  });

  test('takes its frame and the mark in the menu from the theme of the settings', async () => {
    const { host } = await start();
    const checked = () => flat(standIn.menu).filter((item) => item.checked).map((item) => item.label);
    expect([nativeTheme.themeSource, checked()]).toEqual(['light', ['Light']]);
    host.listeners.get('settings:changed')!(settings({ theme: 'dark' }) as never);
    expect([nativeTheme.themeSource, checked()]).toEqual(['dark', ['Dark']]);
  });

  test('a second instance quits at once', async () => {
    standIn.isFirstInstance = false;
    expect(await startApplication(options(() => Promise.reject(new Error('must not be asked'))))).toBe(false);
    expect([standIn.windows.length, standIn.quitCount]).toEqual([0, 1]);
  });
});

describe('the page', () => {
  const get = async (url: string): Promise<Response> => {
    await startApplication(options(() => Promise.resolve(fakeHost().link)));
    return standIn.schemeHandlers.get('vstack')!(new Request(url));
  };

  test('comes from a standard, secure scheme under its policy', async () => {
    const response = await get('vstack://app/');
    expect(await response.text()).toBe('<!doctype html>');
    expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(standIn.privilegedSchemes[0]).toMatchObject({ scheme: 'vstack', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true } });
  });

  test('is all there is: paths out of the folder and other hosts are not found', async () => {
    expect((await get('vstack://app/assets/a.js')).status).toBe(200);
    const served = standIn.schemeHandlers.get('vstack')!;
    for (const url of ['vstack://app/../../secret.txt', 'vstack://app/%2e%2e/%2e%2e/secret.txt', 'vstack://app/assets/', 'vstack://other/index.html']) {
      expect((await served(new Request(url))).status, url).toBe(404);
    }
    expect((await served(new Request('vstack://app/', { method: 'POST' }))).status).toBe(404);
  });
});

describe('permissions', () => {
  test('our page may use loopback, full screen and the clipboard for writing; nothing else, and others nothing', async () => {
    await start();
    const check = standIn.permissionCheck! as unknown as (contents: null, permission: string, origin: string) => boolean;
    for (const permission of ['loopback-network', 'local-network', 'fullscreen', 'clipboard-sanitized-write']) expect(check(null, permission, 'vstack://app/'), permission).toBe(true);
    for (const permission of ['media', 'geolocation', 'clipboard-read', 'openExternal', 'usb', 'notifications']) expect(check(null, permission, 'vstack://app/'), permission).toBe(false);
    expect(check(null, 'loopback-network', 'https://example.org/')).toBe(false);
    const answers: boolean[] = [];
    const request = standIn.permissionRequest! as unknown as (contents: null, permission: string, callback: (is: boolean) => void, details: { requestingUrl: string }) => void;
    request(null, 'fullscreen', (is) => answers.push(is), { requestingUrl: 'vstack://app/' });
    request(null, 'media', (is) => answers.push(is), { requestingUrl: 'vstack://app/' });
    expect(answers).toEqual([true, false]);
  });
});

describe('the control contract over IPC', () => {
  test('a call makes the whole way from the preload bridge to the host and back', async () => {
    const { page } = await start();
    expect(Object.keys(page).sort()).toEqual(['call', 'cancel', 'native', 'onEvent', 'onMenuCommand', 'pathOf', 'subscribe']);
    expect(await page.call(7, 'cluster:status', {})).toMatchObject({ kind: 'result', id: 7, output: { phase: 'stopped' } });
    expect(await page.call(8, 'no:such', {})).toMatchObject({ kind: 'error', id: 8, error: { code: 'not_found' } });
  });

  test('a call is cancelled from the page', async () => {
    const { host, page } = await start();
    const waiting = page.call(1, 'cluster:launch', {});
    await expect.poll(() => host.signals.length).toBe(1);
    page.cancel(1);
    expect(await waiting).toMatchObject({ kind: 'error', id: 1, error: { code: 'cancelled' } });
  });

  test('an expected failure keeps its code', async () => {
    await start();
    expect(await ask({ kind: 'call', id: 1, name: 'nodes:kill', input: { nodeId: 'node-9' } })).toMatchObject({ kind: 'error', id: 1, error: { code: 'not_found' } });
  });

  test('a foreign page, a subframe and a frame that is gone are refused', async () => {
    await start();
    const frame = { kind: 'call', id: 1, name: 'cluster:status', input: {} };
    for (const sender of [{ url: 'https://example.org/' }, { url: 'vstack://app/' }, null]) {
      expect(await ask(frame, sender)).toMatchObject({ kind: 'error', error: { code: 'foreign_origin' } });
    }
  });

  test('what is no frame, or the wrong kind of frame, is refused', async () => {
    await start();
    for (const frame of [null, 'call', { kind: 'call' }, { kind: 'call', id: -1, name: 'cluster:status' }, { kind: 'hello', token: 'x' }]) {
      expect(await ask(frame)).toMatchObject({ kind: 'error', error: { code: 'bad_request' } });
    }
    expect(await ask({ kind: 'call', id: 1, name: 'host:format-disk', input: {} })).toMatchObject({ kind: 'error', error: { code: 'not_found' } });
  });

  test('calls under way are cancelled when the page is reloaded', async () => {
    const { host, window } = await start();
    const waiting = ask({ kind: 'call', id: 3, name: 'cluster:launch', input: {} });
    await expect.poll(() => host.signals.length).toBe(1);
    window.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    expect(await waiting).toMatchObject({ kind: 'error', id: 3, error: { code: 'cancelled' } });
  });

  test('events reach the page once it has subscribed, and stop when it no longer wants them', async () => {
    const { host, page } = await start();
    const received: unknown[] = [];
    page.onEvent((name, data) => received.push([name, data]));
    page.subscribe(['cluster:changed', 'no:such']);
    await expect.poll(() => host.listeners.has('cluster:changed')).toBe(true);
    host.listeners.get('cluster:changed')!({ phase: 'ready' } as never);
    expect(received).toEqual([['cluster:changed', { phase: 'ready' }]]);
    page.subscribe([]);
    await expect.poll(() => host.listeners.has('cluster:changed')).toBe(false);
  });
});

describe('quitting', () => {
  test('waits until the host has closed, and then goes through', async () => {
    const { host } = await start();
    const event = standIn.event();
    standIn.emitApp('before-quit', event);
    expect(event.defaultPrevented).toBe(true);
    await expect.poll(() => standIn.quitCount).toBe(1);
    expect(host.closeCount()).toBe(1);
  });

  test('a host that does not start is told in a dialog, and quitting still works', async () => {
    await expect(startApplication(options(() => Promise.reject(new VStackError('corrupt', 'keys.json is damaged.'))))).rejects.toThrow('damaged');
    expect(standIn.errors).toEqual(['V-Stack could not start: keys.json is damaged.']);
    standIn.emitApp('before-quit', standIn.event());
    await expect.poll(() => standIn.quitCount).toBe(1);
  });
});
