import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useVideoActions } from '../../../../renderer/composables/video-actions.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { videoRow } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

const rows = [videoRow(1, 'Harbour'), videoRow(2, 'Fjord'), videoRow(3, 'Clocks')];
let bridge: FakeBridge;
const toasts = () => useToastStore().toasts;
const called = (name: string) => bridge.calls.filter((call) => call.name === name).map((call) => (call.input as { videoId: string }).videoId);

beforeEach(() => {
  bridge = fakeBridge({ 'videos:delete': () => ({ restorableUntilMs: Date.now() + 60_000 }), 'videos:restore': () => ({}), 'videos:list': () => ({ videos: rows, totalCount: 3 }) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  useVideoStore().videos = [...rows];
});

describe('deleting', () => {
  test('asks nothing, and offers to take all of it back', async () => {
    expect(await useVideoActions().remove(rows.slice(0, 2))).toBe(true);
    expect(toasts()).toMatchObject([{ title: '2 videos were deleted', action: { label: 'Undo' } }]);
    useToastStore().act(toasts()[0]!.id);
    await expect.poll(() => called('videos:restore')).toEqual(rows.slice(0, 2).map((row) => row.video_id));
  });

  test('stops at the first that fails, says so, and still offers to take the others back', async () => {
    bridge.answers['videos:delete'] = ({ videoId }: { videoId: string }) => {
      if (videoId === rows[1]!.video_id) throw new VStackError('no_quorum', 'too few nodes');
      return { restorableUntilMs: Date.now() + 60_000 };
    };
    expect(await useVideoActions().remove(rows)).toBe(false);
    expect(toasts().map((toast) => toast.title)).toEqual(['"Harbour" was deleted', '3 videos could not be deleted']);
    expect(called('videos:delete')).toHaveLength(2);
  });

  test('offers no way back where there is none', async () => {
    bridge.answers['videos:delete'] = () => ({ restorableUntilMs: 0 });
    await useVideoActions().remove([rows[0]!]);
    expect(toasts()).toEqual([]);
  });
});

describe('downloading in the desktop program', () => {
  const withDialog = (path: string | null): void => {
    Object.assign(bridge, { native: { chooseSavePath: () => Promise.resolve(path), showInFolder: () => Promise.resolve() } });
  };
  test('asks where to, and offers to show the file', async () => {
    withDialog('/home/ada/Harbour.mp4');
    bridge.answers['videos:save'] = ({ path }: { path: string }) => ({ path, sizeBytes: 1, sha256: 'x' });
    await useVideoActions().download(rows[0]!);
    expect(toasts()).toMatchObject([{ title: '"Harbour" was saved', detail: '/home/ada/Harbour.mp4', action: { label: 'Show in folder' } }]);
  });
  test('does nothing when the person thinks better of it', async () => {
    withDialog(null);
    expect(await useVideoActions().download(rows[0]!)).toBe(true);
    expect([bridge.calls, toasts()]).toEqual([[], []]);
  });
});
