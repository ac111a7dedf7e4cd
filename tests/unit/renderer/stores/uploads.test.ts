import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useUploadStore } from '../../../../renderer/stores/uploads.ts';
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
