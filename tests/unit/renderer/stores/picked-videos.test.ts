import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { type NativeBridge, provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { usePickedVideos } from '../../../../renderer/stores/picked-videos.ts';
import { useUploadStore } from '../../../../renderer/stores/uploads.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { upload } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;

beforeEach(() => {
  bridge = fakeBridge({ 'uploads:start': ({ path }: { path: string }) => upload({ sessionId: `up ${path}`, title: path }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

const pick = (paths: string[]): void => {
  Object.assign(bridge, { native: { chooseFiles: () => Promise.resolve(paths) } satisfies Partial<NativeBridge> });
};
const listed = (): string[] => useUploadStore().uploads.map(({ title }) => title);

test('every picked video is read by the host from its path, and listed at once', async () => {
  pick(['/videos/a.mp4', '/videos/b.mp4']);
  expect(await usePickedVideos().upload()).toBe(2);
  expect(bridge.calls).toEqual(['/videos/a.mp4', '/videos/b.mp4'].map((path) => ({ name: 'uploads:start', input: { path } })));
  expect(listed().sort()).toEqual(['/videos/a.mp4', '/videos/b.mp4']);
});

test('nothing begins when nothing was picked, or where there is no such dialog', async () => {
  expect(await usePickedVideos().upload()).toBe(0);
  pick([]);
  expect(await usePickedVideos().upload()).toBe(0);
  expect(bridge.calls).toEqual([]);
});

test('the first that is refused is told; what began before it goes on', async () => {
  pick(['/videos/a.mp4', '/videos/gone.mp4', '/videos/b.mp4']);
  bridge.answers['uploads:start'] = ({ path }: { path: string }) => (path.includes('gone') ? Promise.reject(new VStackError('not_found', 'It is gone.')) : upload({ title: path }));
  await expect(usePickedVideos().upload()).rejects.toThrow('It is gone.');
  expect(listed()).toEqual(['/videos/a.mp4']);
});
