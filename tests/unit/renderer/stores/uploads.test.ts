import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { UPLOADS_AT_ONCE, useUploadStore } from '../../../../renderer/stores/uploads.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { upload } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
const file = new File([new Uint8Array(1000)], 'harbour.mkv');

beforeEach(() => {
  bridge = fakeBridge();
  provideBridge(bridge);
  setActivePinia(createPinia());
});

describe('a file that is being sent', () => {
  test('shows its own progress and rate, and gives way to the host\'s session once that has the file', async () => {
    vi.useFakeTimers();
    const store = useUploadStore();
    const accepted = Promise.withResolvers<{ sessionId: string }>();
    let onSent: ((sentBytes: number) => void) | undefined;
    bridge.sendFileWith = (_file, options) => ((onSent = options.onSent), accepted.promise);
    const sending = store.send(file);
    vi.advanceTimersByTime(1000);
    onSent!(250);
    expect(store.uploads).toMatchObject([{ title: 'harbour', phase: 'uploading', progress: 5, bytesPerSecond: 250, remainingMs: 3000 }]);
    store.apply([upload({ sessionId: 'up-1', filename: 'harbour.mkv', phase: 'uploading', startedAtMs: Date.now() })]);
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['page-1']);
    accepted.resolve({ sessionId: 'up-1' });
    expect(await sending).toBe('up-1');
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['up-1']);
    vi.useRealTimers();
  });

  test('leaves the list when it is cancelled', async () => {
    const store = useUploadStore();
    bridge.sendFileWith = (_file, { signal }) => new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new VStackError('cancelled', 'cancelled'))));
    const sending = store.send(file);
    await store.cancel('page-1');
    await expect(sending).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.uploads).toEqual([]);
    expect(bridge.calls).toEqual([]);
  });

  test('that is refused is listed once, with the reason, and can be tried again', async () => {
    const store = useUploadStore();
    bridge.sendFileWith = () => Promise.reject(new VStackError('unsupported_media', 'This is no video.'));
    await expect(store.send(file)).rejects.toThrow('no video');
    store.apply([upload({ sessionId: 'up-1', filename: 'harbour.mkv', phase: 'failed', startedAtMs: Date.now() })]);
    expect(store.uploads).toMatchObject([{ sessionId: 'page-1', phase: 'failed', error: 'This is no video.' }]);
    expect(store.canRetry('page-1')).toBe(true);
    bridge.sendFileWith = () => Promise.resolve({ sessionId: 'up-2' });
    await store.retry('page-1');
    expect(store.uploads).toEqual([]);
  });
});

test('a session that the host tells of only after its file was tried again does not come back as a row of its own', async () => {
  const store = useUploadStore();
  bridge.sendFileWith = () => Promise.reject(new VStackError('unsupported_media', 'This is no video.'));
  await expect(store.send(file)).rejects.toThrow('no video');
  const startedAtMs = Date.now();
  bridge.sendFileWith = () => Promise.resolve({ sessionId: 'up-2' });
  await store.retry('page-1');
  store.apply([upload({ sessionId: 'up-1', filename: 'harbour.mkv', phase: 'failed', startedAtMs }), upload({ sessionId: 'up-2', filename: 'harbour.mkv', phase: 'completed', startedAtMs })]);
  expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['up-2']);
});

describe('sessions of the host', () => {
  test('are listed youngest first, follow events, and leave when dismissed', async () => {
    const store = useUploadStore();
    bridge.answers['uploads:list'] = () => ({ uploads: [upload({ sessionId: 'old', startedAtMs: 1 }), upload({ sessionId: 'new', startedAtMs: 2 })] });
    await store.hydrate();
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['new', 'old']);
    store.apply([upload({ sessionId: 'old', startedAtMs: 1, phase: 'completed' })]);
    expect(store.uploads[1]!.phase).toBe('completed');
    store.dismiss('old');
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['new']);
  });

  test('that came in while the list was being asked for are not lost', async () => {
    const store = useUploadStore();
    const list = Promise.withResolvers<{ uploads: [] }>();
    bridge.answers['uploads:list'] = () => list.promise;
    const hydrating = store.hydrate();
    store.apply([upload({ sessionId: 'fresh' })]);
    list.resolve({ uploads: [] });
    await hydrating;
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['fresh']);
  });

  test('are cancelled at the host', async () => {
    const store = useUploadStore();
    bridge.answers['uploads:cancel'] = () => ({});
    await store.cancel('up-7');
    expect(bridge.calls).toEqual([{ name: 'uploads:cancel', input: { sessionId: 'up-7' } }]);
  });
});

describe('more files than a few', () => {
  const files = (count: number): File[] => Array.from({ length: count }, (_, index) => new File(['x'], `video-${index}.mp4`));
  const shown = (): string[] => useUploadStore().uploads.map((entry) => `${entry.title} ${entry.isQueued ? 'waits' : entry.phase}`).reverse();

  test('wait their turn, until an upload has ended at the host and not only left the page', async () => {
    const store = useUploadStore();
    bridge.sendFileWith = ({ name }) => Promise.resolve({ sessionId: `up-${name}` });
    for (const file of files(UPLOADS_AT_ONCE + 2)) void store.send(file);
    await expect.poll(() => shown().filter((line) => line.endsWith('waits'))).toEqual(['video-3 waits', 'video-4 waits']);
    store.apply([upload({ sessionId: 'up-video-0.mp4', title: 'video-0', filename: 'video-0.mp4', phase: 'uploading_chunks' })]);
    expect(shown().filter((line) => line.endsWith('waits'))).toHaveLength(2);
    store.apply([upload({ sessionId: 'up-video-0.mp4', title: 'video-0', filename: 'video-0.mp4', phase: 'completed' })]);
    await expect.poll(() => shown().filter((line) => line.endsWith('waits'))).toEqual(['video-4 waits']);
  });

  test('one that waits is taken back without a word to the host', async () => {
    const store = useUploadStore();
    const sent: string[] = [];
    bridge.sendFileWith = ({ name }) => (sent.push(name), new Promise(() => undefined));
    const all = files(UPLOADS_AT_ONCE + 1).map((file) => store.send(file));
    await store.cancel(`page-${UPLOADS_AT_ONCE + 1}`);
    await expect(all.at(-1)).rejects.toMatchObject({ name: 'AbortError' });
    expect([sent.length, store.uploads.length, bridge.calls]).toEqual([UPLOADS_AT_ONCE, UPLOADS_AT_ONCE, []]);
  });

  test('of the same name are each listed once, however far the host is with them', () => {
    const store = useUploadStore();
    bridge.sendFileWith = () => new Promise(() => undefined);
    void store.send(file);
    void store.send(file);
    for (const [index, phase] of (['processing', 'registering'] as const).entries()) store.apply([upload({ sessionId: `up-${index}`, filename: 'harbour.mkv', phase, startedAtMs: Date.now() })]);
    expect(store.uploads.map((entry) => entry.sessionId)).toEqual(['page-2', 'page-1']);
  });
});

test('an empty file is refused before it is sent, with a word on what to do', async () => {
  const store = useUploadStore();
  await expect(store.send(new File([], 'empty.mp4'))).rejects.toMatchObject({ code: 'empty_body' });
  expect(store.uploads).toMatchObject([{ phase: 'failed', error: expect.stringContaining('If it is a folder') }]);
});

test('a file that failed behind the door is sent again', async () => {
  const store = useUploadStore();
  let count = 0;
  bridge.sendFileWith = () => Promise.resolve({ sessionId: `up-${++count}` });
  await store.send(file);
  store.apply([upload({ sessionId: 'up-1', filename: 'harbour.mkv', phase: 'failed', error: 'no quorum' })]);
  expect(store.canRetry('up-1')).toBe(true);
  await store.retry('up-1');
  expect([count, store.uploads]).toEqual([2, []]);
});

test('a path is read by the host, and named after its file', async () => {
  const store = useUploadStore();
  bridge.answers['uploads:start'] = () => upload({ sessionId: 'up-5' });
  expect(await store.sendPath('/videos/Harbour at dawn.mkv')).toBe('up-5');
  expect(bridge.calls).toEqual([{ name: 'uploads:start', input: { path: '/videos/Harbour at dawn.mkv', title: 'Harbour at dawn' } }]);
});
