/** What every call refuses over Electron's IPC: an input that breaks its schema, a frame that is not ours, a frame that is none. */
import { beforeEach, describe, expect, test } from 'vitest';
import { serveControl } from '../../../main/control-ipc.ts';
import { CALL_CHANNEL, CANCEL_CHANNEL, callNames, EVENT_CHANNEL, eventNames } from '../../../runtime/contract/channels.ts';
import type { HostFrame } from '../../../runtime/contract/control/frames.ts';
import { badInputs, goodInputs } from '../../fixtures/call-inputs.ts';
import { BrowserWindow, ipcMain, standIn } from '../../fixtures/electron-stand-in.ts';
import { createFakeHost, type FakeHost } from '../../fixtures/fake-host.ts';

const PAGE_URL = 'vstack://app/';
let host: FakeHost;

beforeEach(async () => {
  standIn.reset();
  host = createFakeHost();
  serveControl({ client: Promise.resolve(host.client), pageUrl: PAGE_URL });
  await new BrowserWindow({}).loadURL(PAGE_URL);
});

/** @param senderFrame @default the main frame of the window */
const ask = (frame: unknown, senderFrame?: { url: string } | null): Promise<HostFrame> => {
  const sender = standIn.windows[0]!.webContents;
  return standIn.handlers.get(CALL_CHANNEL)!({ sender, senderFrame: senderFrame === undefined ? sender.mainFrame : senderFrame }, frame) as Promise<HostFrame>;
};
const tell = (channel: string, frame: unknown, senderFrame?: { url: string } | null): void => {
  const sender = standIn.windows[0]!.webContents;
  ipcMain.emit(channel, { sender, senderFrame: senderFrame === undefined ? sender.mainFrame : senderFrame }, frame);
};
const foreignFrames: [string, { url: string } | null][] = [
  ['a page of the web', { url: 'https://evil.example/' }],
  ['a look-alike host', { url: 'vstack://app.evil.example/' }],
  ['a file', { url: 'file:///tmp/page.html' }],
  ['a frame within our page', { url: PAGE_URL }],
  ['a frame that is gone', null],
];

describe.each(callNames)('%s', (name) => {
  const good = goodInputs[name] ?? {};

  test('reaches the host from our page', async () => {
    expect(await ask({ kind: 'call', id: 1, name, input: good })).toMatchObject({ kind: 'error', id: 1, error: { code: 'not_supported' } });
    expect(host.asked.map((asked) => asked.name)).toEqual([name]);
  });

  test('refuses an input that breaks its schema', async () => {
    for (const input of ['text', 7, [], ...badInputs[name]]) {
      expect(await ask({ kind: 'call', id: 2, name, input }), JSON.stringify(input)).toMatchObject({ kind: 'error', id: 2, error: { code: 'bad_request' } });
    }
    expect(host.asked).toEqual([]);
  });

  test.each(foreignFrames)('refuses %s', async (_, senderFrame) => {
    expect(await ask({ kind: 'call', id: 3, name, input: good }, senderFrame)).toMatchObject({ kind: 'error', error: { code: 'foreign_origin' } });
    expect(host.asked).toEqual([]);
  });
});

describe('frames', () => {
  test.each([
    undefined, null, 'call', 7, [], {}, { kind: 'call' }, { kind: 'call', id: 1.5, name: 'cluster:status' }, { kind: 'call', id: -1, name: 'cluster:status' },
    { kind: 'call', id: 1, name: 7 }, { kind: 'call', id: 1, name: 'x'.repeat(65) }, { kind: 'hello', token: 'x' }, { kind: 'cancel', id: 1 },
    { kind: 'subscribe', names: [] }, { kind: 'other', id: 1 },
  ])('%j is no call', async (frame) => {
    expect(await ask(frame)).toMatchObject({ kind: 'error', error: { code: 'bad_request' } });
  });

  test.each(['no:such', '__proto__', 'constructor', 'toString', ''])('there is no call "%s"', async (name) => {
    expect(await ask({ kind: 'call', id: 4, name, input: {} })).toMatchObject({ kind: 'error', id: 4, error: { code: 'not_found' } });
  });

  test.each([CANCEL_CHANNEL, EVENT_CHANNEL])('what is malformed on %s is dropped, and the next good one counts', async (channel) => {
    for (const frame of [undefined, null, {}, { kind: 'cancel', id: 'one' }, { kind: 'subscribe', names: 'all' }, { kind: 'subscribe', names: Array(65).fill('x') }]) tell(channel, frame);
    tell(EVENT_CHANNEL, { kind: 'subscribe', names: ['no:such', 'settings:changed'] });
    await Promise.resolve();
    host.events.emit('settings:changed', {} as never);
    expect(standIn.windows[0]!.webContents.sent).toMatchObject([{ channel: EVENT_CHANNEL, args: [{ kind: 'event', name: 'settings:changed' }] }]);
  });
});

describe.each(eventNames)('the event %s', (name) => {
  test.each(foreignFrames)('is told to no other: %s', async (_, senderFrame) => {
    tell(EVENT_CHANNEL, { kind: 'subscribe', names: [name] }, senderFrame);
    await Promise.resolve();
    host.events.emit(name, {} as never);
    expect(standIn.windows[0]!.webContents.sent).toEqual([]);
  });
});
