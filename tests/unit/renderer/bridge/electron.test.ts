import { expect, test } from 'vitest';
import { createPreloadBridge, type PreloadBridge } from '../../../../renderer/bridge/electron.ts';
import type { HostFrame } from '../../../../runtime/contract/control/frames.ts';
import type { MenuCommand } from '../../../../runtime/contract/native.ts';

const fakePreload = (answer: (id: number, name: string, input: unknown) => Promise<HostFrame>) => {
  const log = { cancelled: [] as number[], subscribed: [] as string[][], emit: (_name: string, _data: unknown): void => undefined, choose: (_command: MenuCommand): void => undefined };
  const preload: PreloadBridge = {
    call: answer,
    cancel: (id) => void log.cancelled.push(id),
    subscribe: (names) => void log.subscribed.push(names),
    onEvent: (callback) => void (log.emit = callback),
    pathOf: (file) => (file as unknown as { path?: string }).path ?? '',
    native: {
      chooseFiles: () => Promise.resolve({ kind: 'result', id: 0, output: ['/a.mp4'] }),
      chooseFolder: ({ startPath }) => Promise.resolve({ kind: 'result', id: 0, output: startPath ?? null }),
      chooseSavePath: () => Promise.resolve({ kind: 'error', id: 0, error: { code: 'bad_request', detail: 'no name' } }),
      showInFolder: () => Promise.resolve({ kind: 'result', id: 0, output: null }),
    },
    onMenuCommand: (callback) => void (log.choose = callback),
  };
  return { preload, log };
};
const file = (name: string, path?: string): File => ({ name, path }) as unknown as File;

test('a result and a failure come through with their content and code', async () => {
  const { preload } = fakePreload((id, name) =>
    Promise.resolve(name === 'cluster:status' ? { kind: 'result', id, output: 42 } : { kind: 'error', id, error: { code: 'not_running', detail: 'Nothing runs.' } }),
  );
  const bridge = createPreloadBridge(preload);
  expect(await bridge.call('cluster:status', {})).toBe(42);
  await expect(bridge.call('cluster:stop', {})).rejects.toMatchObject({ code: 'not_running' });
});

test('a border that breaks is an internal failure', async () => {
  const bridge = createPreloadBridge(fakePreload(() => Promise.reject(new Error('gone'))).preload);
  await expect(bridge.call('cluster:status', {})).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('gone') });
});

test('cancelling and subscribing are passed on; events come back', () => {
  const { preload, log } = fakePreload(() => new Promise(() => undefined));
  const bridge = createPreloadBridge(preload);
  const abort = new AbortController();
  void bridge.call('cluster:launch', {}, { signal: abort.signal });
  abort.abort();
  expect(log.cancelled).toHaveLength(1);
  const seen: unknown[] = [];
  bridge.on('videos:changed', (data) => seen.push(data));
  expect(log.subscribed).toEqual([['videos:changed']]);
  log.emit('videos:changed', { videoId: null });
  expect(seen).toEqual([{ videoId: null }]);
});

test('a file is handed over by its path, and refused in words when it has none', async () => {
  const asked: unknown[] = [];
  const bridge = createPreloadBridge(fakePreload((id, name, input) => (asked.push([name, input]), Promise.resolve({ kind: 'result', id, output: { sessionId: 'up-1' } }))).preload);
  expect(await bridge.sendFile(file('a.mp4', '/home/ada/a.mp4'), { title: 'A' })).toEqual({ sessionId: 'up-1' });
  expect(asked).toEqual([['uploads:start', { path: '/home/ada/a.mp4', title: 'A' }]]);
  await expect(bridge.sendFile(file('b.mp4'))).rejects.toMatchObject({ code: 'bad_request' });
});

test('native dialogs answer with paths, and their failures keep their code', async () => {
  const { native } = createPreloadBridge(fakePreload(() => new Promise(() => undefined)).preload);
  expect(await native!.chooseFiles()).toEqual(['/a.mp4']);
  expect(await native!.chooseFolder('/videos')).toBe('/videos');
  expect(await native!.chooseFolder()).toBeNull();
  await expect(native!.chooseSavePath('a/b')).rejects.toMatchObject({ code: 'bad_request' });
});

test('what the menu says reaches whoever listens, until they stop', () => {
  const { preload, log } = fakePreload(() => new Promise(() => undefined));
  const { native } = createPreloadBridge(preload);
  const heard: MenuCommand[] = [];
  const stop = native!.onMenuCommand((command) => heard.push(command));
  log.choose('palette');
  stop();
  log.choose('shortcuts');
  expect(heard).toEqual(['palette']);
});
