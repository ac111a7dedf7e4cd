import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { useVideoStore } from '../../../../renderer/stores/videos.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { videoRow } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

const rows = Array.from({ length: 2_300 }, (_, index) => videoRow(index, `Video ${index}`));
let bridge: FakeBridge;
const store = () => useVideoStore();
const pages = ({ limit, offset }: { limit: number; offset: number }) => ({ videos: rows.slice(offset, offset + limit), totalCount: rows.length });

beforeEach(() => {
  bridge = fakeBridge({ 'videos:list': pages });
  provideBridge(bridge);
  setActivePinia(createPinia());
});

describe('the list', () => {
  test('is asked for in steps until all are there', async () => {
    await store().hydrate();
    expect([store().videos.length, bridge.calls.length, store().isKnown]).toEqual([2_300, 3, true]);
    expect(store().byId.get(rows[2_299]!.video_id)!.title).toBe('Video 2299');
  });

  test('lists a video once though others came in between two steps', async () => {
    let shift = 0;
    bridge.answers['videos:list'] = ({ limit, offset }: { limit: number; offset: number }) => pages({ limit, offset: offset === 0 ? 0 : offset - ++shift });
    await store().hydrate();
    expect(new Set(store().videos.map((video) => video.video_id)).size).toBe(store().videos.length);
  });

  test('is asked for once more when somebody asks during an answer, however many do', async () => {
    const gate = Promise.withResolvers<void>();
    bridge.answers['videos:list'] = async () => (await gate.promise, { videos: [rows[0]!], totalCount: 1 });
    const asking = [store().hydrate(), store().hydrate(), store().hydrate()];
    gate.resolve();
    await Promise.all(asking);
    expect(bridge.calls).toHaveLength(2);
  });
});

describe('changes', () => {
  beforeEach(async () => {
    bridge.answers['videos:list'] = () => ({ videos: rows.slice(0, 3), totalCount: 3 });
    await store().hydrate();
  });
  const titles = (): string[] => store().videos.map((video) => video.title);

  test('a new title shows at once, and goes back when the host refuses it', async () => {
    const gate = Promise.withResolvers<object>();
    bridge.answers['videos:rename'] = () => gate.promise;
    const renaming = store().rename(rows[1]!.video_id, 'Harbour');
    expect(titles()).toEqual(['Video 0', 'Harbour', 'Video 2']);
    gate.reject(new VStackError('no_quorum', 'too few nodes'));
    await expect(renaming).rejects.toMatchObject({ code: 'no_quorum' });
    expect(titles()).toEqual(['Video 0', 'Video 1', 'Video 2']);
  });

  test('a deleted video leaves the list, tells how long it can be restored, and comes back', async () => {
    bridge.answers['videos:delete'] = () => ({ restorableUntilMs: 42 });
    bridge.answers['videos:restore'] = () => ({});
    expect(await store().remove(rows[0]!.video_id)).toBe(42);
    expect(titles()).toEqual(['Video 1', 'Video 2']);
    await store().restore(rows[0]!.video_id);
    expect(titles()).toEqual(['Video 0', 'Video 1', 'Video 2']);
  });

  test('a video that could not be deleted stays', async () => {
    bridge.answers['videos:delete'] = () => Promise.reject(new VStackError('unavailable', 'gone'));
    await expect(store().remove(rows[0]!.video_id)).rejects.toThrow('gone');
    expect(titles()).toHaveLength(3);
  });

  test('a view counts at once', async () => {
    bridge.answers['videos:view'] = () => ({});
    const before = store().videos[1]!.view_count;
    await store().countView(rows[1]!.video_id);
    expect(store().videos[1]!.view_count).toBe(before + 1);
  });
});
