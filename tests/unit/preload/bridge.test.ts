import { beforeEach, expect, test } from 'vitest';
import { exposeBridge } from '../../../preload/bridge.ts';
import { EVENT_CHANNEL, MENU_COMMAND_CHANNEL } from '../../../runtime/contract/channels.ts';
import { BrowserWindow, ipcMain, ipcRenderer, standIn } from '../../fixtures/electron-stand-in.ts';

interface PageBridge {
  call(id: number, name: unknown, input: unknown): Promise<unknown>;
  subscribe(names: unknown[]): void;
  onEvent(callback: (...args: unknown[]) => void): void;
  onMenuCommand(callback: (...args: unknown[]) => void): void;
}
let page: PageBridge;
beforeEach(() => {
  standIn.reset();
  new BrowserWindow({});
  exposeBridge();
  page = standIn.exposed.get('vstack') as PageBridge;
});

test('a name that is no call does not even reach the main process', async () => {
  standIn.handlers.set('vstack:call', () => Promise.reject(new Error('must not be asked')));
  for (const name of ['no:such', '__proto__', 7, undefined]) expect(await page.call(1, name, {})).toMatchObject({ kind: 'error', id: 1, error: { code: 'not_found' } });
});

test('only events of the contract are subscribed to', () => {
  const frames: unknown[] = [];
  ipcMain.on(EVENT_CHANNEL, (_event, frame) => frames.push(frame));
  page.subscribe(['cluster:changed', 'no:such', 7]);
  expect(frames).toEqual([{ kind: 'subscribe', names: ['cluster:changed'] }]);
});

test('the page is told names and data, never the event that carries Electron\'s own objects', () => {
  const heard: unknown[][] = [];
  page.onEvent((...args) => heard.push(args));
  page.onMenuCommand((...args) => heard.push(args));
  ipcRenderer.emit(EVENT_CHANNEL, { sender: 'secret' }, { kind: 'event', name: 'cluster:changed', data: 1 });
  ipcRenderer.emit(MENU_COMMAND_CHANNEL, { sender: 'secret' }, 'palette');
  expect(heard).toEqual([['cluster:changed', 1], ['palette']]);
});
