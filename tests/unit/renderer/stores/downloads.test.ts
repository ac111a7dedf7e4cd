import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { filenameOf, useDownloadStore } from '../../../../renderer/stores/downloads.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
beforeEach(() => {
  bridge = fakeBridge();
  provideBridge(bridge);
  setActivePinia(createPinia());
});

test('a download tells how far it is, and leaves the list when the file is there', async () => {
  const store = useDownloadStore();
  const saved = Promise.withResolvers<object>();
  bridge.answers['videos:save'] = () => saved.promise;
  const saving = store.save('v', 'Harbour', '/tmp/h.mp4');
  bridge.emit('videos:saving', { videoId: 'v', path: '/tmp/other.mp4', bytesDone: 9, bytesTotal: 9 });
  bridge.emit('videos:saving', { videoId: 'v', path: '/tmp/h.mp4', bytesDone: 40, bytesTotal: 100 });
  expect(store.savings).toEqual([{ videoId: 'v', title: 'Harbour', path: '/tmp/h.mp4', bytesDone: 40, bytesTotal: 100 }]);
  saved.resolve({ path: '/tmp/h.mp4', sizeBytes: 100, sha256: 'x' });
  expect(await saving).toMatchObject({ sizeBytes: 100 });
  expect(store.savings).toEqual([]);
});

test('a download that is cancelled ends at the host', async () => {
  const store = useDownloadStore();
  bridge.answers['videos:save'] = (_, { signal }) => new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(new VStackError('cancelled', 'cancelled'))));
  const saving = store.save('v', 'Harbour', '/tmp/h.mp4');
  store.cancel('/tmp/h.mp4');
  await expect(saving).rejects.toMatchObject({ code: 'cancelled' });
  expect(store.savings).toEqual([]);
});

test('without a native dialog there is nothing to choose', async () => {
  expect([useDownloadStore().isNative(), await useDownloadStore().choosePath('x')]).toEqual([false, null]);
});

test.each([
  ['Harbour at dawn', 'Harbour at dawn.mp4'],
  ['a/b\\c: what?', 'a b c what.mp4'],
  ['  \n ', 'video.mp4'],
])('%j is saved as %s', (title, filename) => expect(filenameOf(title)).toBe(filename));
