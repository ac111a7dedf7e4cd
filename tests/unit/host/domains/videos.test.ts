import { describe, expect, it } from 'vitest';
import type { EventData } from '../../../../runtime/contract/control/index.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { videoHandlers } from '../../../../runtime/host/domains/videos.ts';
import { createEventHub } from '../../../../runtime/host/event-hub.ts';
import type { Services } from '../../../../runtime/host/services.ts';
import type { Thumbnails } from '../../../../runtime/host/thumbnails.ts';
import { createVideoDownloads } from '../../../../runtime/host/video-downloads.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';

const row = { video_id: 'vid-1', title: 'Film', status: 'active' };

/** Handlers over a metadata service that answers by path. */
const setUp = (answers: Record<string, unknown> = {}) => {
  const clock = createManualClock();
  const events = createEventHub();
  const asked: string[] = [];
  const changed: EventData<'videos:changed'>[] = [];
  events.on('videos:changed', (data) => changed.push(data));
  const metadata = (path: string, { method = 'GET' }: { method?: string } = {}): Promise<unknown> => {
    asked.push(`${method} ${path}`);
    const answer = answers[`${method} ${path}`];
    return answer === undefined ? Promise.reject(new VStackError('not_found', `There is nothing at ${path}.`)) : Promise.resolve(answer);
  };
  const services = { metadata } as unknown as Services;
  const pictures = new Map<string, string>();
  const sweeps: (number | undefined)[] = [];
  const thumbnails: Thumbnails = {
    get: (videoId) => Promise.resolve(pictures.get(videoId) ?? null),
    set: (videoId, image) => Promise.resolve(void pictures.set(videoId, image)),
    sweep: (atMs) => void sweeps.push(atMs),
    stop: () => {},
  };
  const downloads = createVideoDownloads(clock, () => Promise.reject(new Error('not asked here')));
  const handlers = videoHandlers({ services, events, thumbnails, downloads, clock, dataDir: '/data' });
  return { clock, asked, changed, pictures, sweeps, handlers, context: { signal: new AbortController().signal } };
};

describe('the calls about videos', () => {
  it('search by whatever text a person types, and count all that fit', async () => {
    const { handlers, context, asked } = setUp({ 'GET /videos?limit=10&offset=20&search=a%26b+%25': [row], 'GET /videos/count?search=a%26b+%25': { count: 21 } });
    expect(await handlers['videos:list']({ limit: 10, offset: 20, search: 'a&b %' }, context)).toEqual({ videos: [row], totalCount: 21 });
    expect(asked).toHaveLength(2);
  });

  it('say until when a deleted video can be restored, and have its picture taken away after that', async () => {
    const { handlers, context, sweeps, changed } = setUp({ 'DELETE /video/vid-1': { status: 'deleted', restorable_until: '2026-01-01T00:01:00.000Z' } });
    const until = Date.parse('2026-01-01T00:01:00.000Z');
    expect(await handlers['videos:delete']({ videoId: 'vid-1' }, context)).toEqual({ restorableUntilMs: until });
    expect(sweeps).toEqual([until]);
    expect(changed).toEqual([{ videoId: 'vid-1' }]);
  });

  it('say that an upload that was given up cannot be restored: its time is over now', async () => {
    const { handlers, context, clock } = setUp({ 'DELETE /video/vid-1': { status: 'deleted' } });
    expect(await handlers['videos:delete']({ videoId: 'vid-1' }, context)).toEqual({ restorableUntilMs: clock.wallMs() });
  });

  it('restore and tell everybody; a refusal changes nothing', async () => {
    const { handlers, context, changed } = setUp({ 'POST /video/vid-1/restore': {} });
    await handlers['videos:restore']({ videoId: 'vid-1' }, context);
    expect(changed).toEqual([{ videoId: 'vid-1' }]);
    await expect(handlers['videos:restore']({ videoId: 'vid-2' }, context)).rejects.toMatchObject({ code: 'not_found' });
    expect(changed).toHaveLength(1);
  });

  it('keep pictures of videos that exist, and of no others', async () => {
    const { handlers, context, pictures } = setUp({ 'GET /video/vid-1': row });
    expect(await handlers['videos:thumbnail']({ videoId: 'vid-1' })).toEqual({ image: null });
    await handlers['videos:set-thumbnail']({ videoId: 'vid-1', image: 'data:image/png;base64,AA' }, context);
    expect(await handlers['videos:thumbnail']({ videoId: 'vid-1' })).toEqual({ image: 'data:image/png;base64,AA' });
    await expect(handlers['videos:set-thumbnail']({ videoId: 'vid-9', image: 'data:image/png;base64,AA' }, context)).rejects.toMatchObject({ code: 'not_found' });
    expect([...pictures.keys()]).toEqual(['vid-1']);
  });

  it('give links to videos that can be downloaded, each another one', async () => {
    const { handlers, context } = setUp({
      'GET /video/vid-1': row, 'GET /video/vid-2': { ...row, status: 'uploading' }, 'GET /video/vid-3': { ...row, status: 'deleted' },
    });
    const { path } = await handlers['videos:download-link']({ videoId: 'vid-1' }, context);
    expect(path).toMatch(/^\/download\/[0-9a-f]{64}$/);
    expect((await handlers['videos:download-link']({ videoId: 'vid-1' }, context)).path).not.toBe(path);
    for (const videoId of ['vid-2', 'vid-3']) await expect(handlers['videos:download-link']({ videoId }, context)).rejects.toMatchObject({ code: 'conflict' });
  });
});
