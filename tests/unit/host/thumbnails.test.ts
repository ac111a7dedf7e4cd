import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoRow } from '../../../runtime/contract/wire/metadata.ts';
import type { Services } from '../../../runtime/host/services.ts';
import { createThumbnails, type Thumbnails } from '../../../runtime/host/thumbnails.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';

const picture = (text: string): string => `data:image/webp;base64,${Buffer.from(text).toString('base64')}`;
let dir: string;
let folder: string;
let deleted: Partial<VideoRow>[] = [];
let thumbnails: Thumbnails;
const clock = createManualClock();
const errors: unknown[] = [];
const asked: string[] = [];
const services = {
  metadata: (path: string) => {
    asked.push(path);
    return Promise.resolve(deleted);
  },
} as unknown as Services;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-thumbnails-'));
  folder = join(dir, 'thumbnails');
  thumbnails = createThumbnails(folder, services, clock, (error) => errors.push(error));
  asked.length = 0;
});
afterEach(async () => {
  thumbnails.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('pictures of videos', () => {
  it('are kept, replaced and private', async () => {
    expect(await thumbnails.get('vid-1')).toBeNull();
    await thumbnails.set('vid-1', picture('one'));
    await thumbnails.set('vid-1', picture('two'));
    expect(await thumbnails.get('vid-1')).toBe(picture('two'));
    expect(await readdir(folder)).toEqual(['vid-1']);
    expect((await stat(join(folder, 'vid-1'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('are only shown when they are pictures, whoever wrote the file', async () => {
    await thumbnails.set('vid-1', picture('one'));
    await writeFile(join(folder, 'vid-1'), 'data:text/html;base64,AAAA');
    expect(await thumbnails.get('vid-1')).toBeNull();
    await writeFile(join(folder, 'vid-1'), `data:image/png;base64,${'A'.repeat(200_000)}`);
    expect(await thumbnails.get('vid-1')).toBeNull();
  });

  it('go when their video is gone for good, and stay while it can be restored', async () => {
    for (const videoId of ['vid-gone', 'vid-restorable', 'vid-there']) await thumbnails.set(videoId, picture(videoId));
    deleted = [{ video_id: 'vid-gone' }, { video_id: 'vid-restorable', restorable_until: '2026-01-01T00:00:00Z' }];
    thumbnails.sweep(clock.wallMs() + 60_000);
    clock.advance(60_000);
    expect(asked).toEqual([]);
    clock.advance(10_000);
    await expect.poll(() => readdir(folder)).toEqual(['vid-restorable', 'vid-there']);
    expect(errors).toEqual([]);
  });
});
