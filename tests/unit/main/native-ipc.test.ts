import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { serveNative } from '../../../main/native-ipc.ts';
import { exposeBridge } from '../../../preload/bridge.ts';
import type { HostFrame } from '../../../runtime/contract/control/frames.ts';
import { type NativeCallName, nativeCalls } from '../../../runtime/contract/native.ts';
import { app, BrowserWindow, standIn } from '../../fixtures/electron-stand-in.ts';

const PAGE_URL = 'vstack://app/';
let native: Record<NativeCallName, (input: unknown) => Promise<HostFrame>>;

beforeEach(async () => {
  standIn.reset();
  serveNative(PAGE_URL);
  await new BrowserWindow({}).loadURL(PAGE_URL);
  exposeBridge();
  ({ native } = standIn.exposed.get('vstack') as { native: typeof native });
});
const answerOf = async (name: NativeCallName, input: unknown): Promise<unknown> => {
  const frame = await native[name](input);
  return frame.kind === 'result' ? frame.output : frame;
};
const names = Object.keys(nativeCalls) as NativeCallName[];
const goodInputs: Record<NativeCallName, unknown> = { chooseFiles: {}, chooseFolder: {}, chooseSavePath: { suggestedName: 'a.mp4' }, showInFolder: { path: '/tmp' } };

describe('native dialogs', () => {
  test('videos are picked, several at once, from the folder of videos', async () => {
    standIn.pickedPaths = ['/v/a.mp4', '/v/b.mkv'];
    expect(await answerOf('chooseFiles', {})).toEqual(['/v/a.mp4', '/v/b.mkv']);
    expect(standIn.dialogs).toMatchObject([{ kind: 'open', options: { defaultPath: tmpdir(), properties: ['openFile', 'multiSelections'] } }]);
  });

  test('a folder is picked beginning where the page says', async () => {
    standIn.pickedPaths = ['/data'];
    expect(await answerOf('chooseFolder', { startPath: '/old' })).toBe('/data');
    expect(standIn.dialogs).toMatchObject([{ options: { defaultPath: '/old', properties: expect.arrayContaining(['openDirectory']) } }]);
  });

  test('a place to save is suggested by name, in the folder of videos', async () => {
    standIn.pickedPaths = ['/v/c.mp4'];
    expect(await answerOf('chooseSavePath', { suggestedName: 'c.mp4' })).toBe('/v/c.mp4');
    expect(standIn.dialogs).toMatchObject([{ kind: 'save', options: { defaultPath: join(tmpdir(), 'c.mp4') } }]);
  });

  test('a dialog that is closed chooses nothing', async () => {
    expect(await answerOf('chooseFiles', {})).toEqual([]);
    expect(await answerOf('chooseFolder', {})).toBeNull();
    expect(await answerOf('chooseSavePath', { suggestedName: 'c.mp4' })).toBeNull();
  });

  test('where the system names no folder of videos, the person\'s own is taken', async () => {
    const { getPath } = app;
    app.getPath = () => {
      throw new Error('no such folder');
    };
    await answerOf('chooseFiles', {});
    app.getPath = getPath;
    expect(standIn.dialogs).toMatchObject([{ options: { defaultPath: homedir() } }]);
  });

  test('a file is shown in the file manager', async () => {
    expect(await answerOf('showInFolder', { path: '/v/a.mp4' })).toBeNull();
    expect(standIn.journal).toContain('show in folder /v/a.mp4');
  });
});

describe.each(names)('%s', (name) => {
  const bad: Record<NativeCallName, unknown[]> = {
    chooseFiles: [{ defaultPath: '/etc' }],
    chooseFolder: [{ startPath: 'relative' }, { startPath: '/a\0b' }, { other: 1 }],
    chooseSavePath: [{}, { suggestedName: '' }, { suggestedName: '../../.bashrc' }, { suggestedName: '..' }, { suggestedName: 'a\\b' }, { suggestedName: 'a'.repeat(300) }],
    showInFolder: [{}, { path: 'relative' }, { path: 7 }],
  };

  test('refuses what its schema does not allow', async () => {
    for (const input of [undefined, null, 'text', [], ...bad[name]]) expect(await answerOf(name, input), JSON.stringify(input)).toMatchObject({ kind: 'error', error: { code: 'bad_request' } });
    expect(standIn.dialogs).toEqual([]);
  });

  test('refuses every frame but the main one of our page', async () => {
    const sender = standIn.windows[0]!.webContents;
    for (const senderFrame of [{ url: PAGE_URL }, { url: 'https://example.org/' }, null]) {
      expect(await standIn.handlers.get(nativeCalls[name].channel)!({ sender, senderFrame }, goodInputs[name])).toMatchObject({ kind: 'error', error: { code: 'foreign_origin' } });
    }
    sender.mainFrame = { url: 'https://example.org/' };
    expect(await answerOf(name, goodInputs[name])).toMatchObject({ kind: 'error', error: { code: 'foreign_origin' } });
    expect(standIn.dialogs).toEqual([]);
  });
});
