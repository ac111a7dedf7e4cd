import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Happening } from '../../../../runtime/contract/control/happenings.ts';
import type { PlaybackChunk, PlaybackSession } from '../../../../runtime/contract/control/playback.ts';
import type { Upload } from '../../../../runtime/contract/control/uploads.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { createEventHub, type EventHub } from '../../../../runtime/host/event-hub.ts';
import { HAPPENINGS_KEPT } from '../../../../runtime/host/happenings/happening-store.ts';
import { openHostHappenings, type Happenings } from '../../../../runtime/host/happenings/happenings.ts';
import { tellVideos } from '../../../../runtime/host/happenings/tell-videos.ts';
import type { Services } from '../../../../runtime/host/services.ts';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { clusterStatus } from '../../../fixtures/scripted-door/states.ts';

const START_MS = Date.UTC(2026, 10, 23, 5, 30);
let folder: string;
let file: string;
let clock: ManualClock;
let events: EventHub;
let added: Happening[];
/** How many happenings had been told when the status was. */
let statusAfter: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-happenings-'));
  file = join(folder, 'metrics', 'happenings.jsonl');
  clock = createManualClock(START_MS);
  events = createEventHub();
  added = [];
  statusAfter = [];
  events.on('events:added', (data) => added.push(...data.events));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<Happenings> => openHostHappenings({ file, clock, log: silentLogger(), events, tellStatus: () => statusAfter.push(added.length) });
const news = (text: string) => ({ kind: 'node-added' as const, tone: 'busy' as const, subject: 'node-1', text });
const upload = (overrides: Partial<Upload>): Upload => ({
  sessionId: 's1', videoId: 'vid-1', title: 'Holiday', filename: 'holiday.mp4', phase: 'chunking', progress: 1, startedAtMs: START_MS + 1000, totalChunks: null, bytesDone: 0,
  bytesTotal: 2 * 2 ** 20, bytesPerSecond: null, remainingMs: null, degraded: false, error: null, ...overrides,
});

describe('what happened', () => {
  it('is told youngest first, told to listeners at once, and told again after a restart with ids that go on', async () => {
    const happenings = await open();
    happenings.add(news('one'));
    clock.advance(500);
    happenings.add(news('two'), news('three'));
    expect(added.map(({ id, text }) => [id, text])).toEqual([[1, 'one'], [2, 'two'], [3, 'three']]);
    expect(happenings.list({ limit: 2 }).map(({ text }) => text)).toEqual(['three', 'two']);
    expect(happenings.list({ sinceMs: START_MS + 1, limit: 10 })).toHaveLength(2);
    await happenings.close();

    const again = await open();
    again.add(news('four'));
    expect(again.list({ limit: 10 })).toMatchObject([{ id: 4, text: 'four' }, { id: 3 }, { id: 2 }, { id: 1, atMs: START_MS, text: 'one' }]);
    await again.close();
  });

  it('keeps the youngest, and a file that does not grow for ever', async () => {
    const happenings = await open();
    for (let index = 0; index < 3 * HAPPENINGS_KEPT; index++) {
      happenings.add(news(String(index)));
      if (index % 500 === 0) await happenings.close();
    }
    await happenings.close();
    expect((await readFile(file, 'utf8')).trim().split('\n').length).toBeLessThanOrEqual(2 * HAPPENINGS_KEPT + 1);
    const list = (await open()).list({ limit: 10_000 });
    expect(list).toHaveLength(HAPPENINGS_KEPT);
    expect(list[0]!.text).toBe(String(3 * HAPPENINGS_KEPT - 1));
  });

  it('survives a torn line, and starts anew over a file that is not ours', async () => {
    const happenings = await open();
    happenings.add(news('one'));
    await happenings.close();
    await appendFile(file, '{"id":2,"atMs":1,"ki');
    const again = await open();
    again.add(news('two'));
    await again.close();
    expect((await open()).list({ limit: 10 }).map(({ text }) => text)).toEqual(['two', 'one']);
    await writeFile(file, '{"format":"vstack-happenings","version":2}\n{"id":1}\n');
    expect((await open()).list({ limit: 10 })).toEqual([]);
  });
});

describe('changes of the cluster', () => {
  it('are told after the status that shows them, which is sent at once and not for nothing', async () => {
    const happenings = await open();
    happenings.takeStatus(clusterStatus());
    happenings.takeStatus(clusterStatus());
    expect(statusAfter).toEqual([]);
    happenings.takeStatus(clusterStatus({ phase: 'degraded', children: clusterStatus().children.map((child) => (child.name === 'node-3' ? { ...child, phase: 'restarting', restartCount: child.restartCount + 1 } : child)) }));
    expect(added.map(({ kind }) => kind)).toEqual(['process-died', 'cluster-degraded']);
    expect(statusAfter).toEqual([0]);
    await happenings.close();
  });
});

describe('uploads', () => {
  it('are told once when they end, whether stored or failed, and not when they were cancelled', async () => {
    const happenings = await open();
    events.emit('uploads:changed', { uploads: [upload({}), upload({ sessionId: 's2', title: 'Broken' }), upload({ sessionId: 's3' })] });
    clock.advance(3500);
    const ended = [upload({ phase: 'completed' }), upload({ sessionId: 's2', title: 'Broken', phase: 'failed', error: 'It is no video.' }), upload({ sessionId: 's3', phase: 'cancelled' })];
    events.emit('uploads:changed', { uploads: ended });
    events.emit('uploads:changed', { uploads: ended });
    expect(added.map(({ kind, text }) => [kind, text])).toEqual([
      ['upload-completed', '“Holiday” is stored: 2.0 MiB in 2.5 s'],
      ['upload-failed', 'The upload of “Broken” failed. It is no video.'],
    ]);
    await happenings.close();
  });

  it('of an earlier run of the program are past', async () => {
    const happenings = await open();
    events.emit('uploads:changed', { uploads: [upload({ phase: 'completed', startedAtMs: START_MS - 60_000 })] });
    expect(added).toEqual([]);
    await happenings.close();
  });
});

describe('videos and playback', () => {
  const services = (title: string | undefined): Services => ({
    uploader: () => Promise.reject(new VStackError('not_running', 'no uploader')),
    metadata: (() => (title === undefined ? Promise.reject(new VStackError('timeout', 'slow')) : Promise.resolve({ title }))) as never,
  });
  const handlers = (isRefused = false): Pick<Handlers, 'videos:delete' | 'videos:restore'> => ({
    'videos:delete': () => {
      if (isRefused) throw new VStackError('not_found', 'There is no such video.');
      return { restorableUntilMs: 1 };
    },
    'videos:restore': () => ({}),
  });
  const context = { signal: new AbortController().signal };

  it('tell deletions and restorations by title, and by id where the title cannot be had', async () => {
    const happenings = await open();
    await tellVideos(handlers(), services('Holiday'), happenings)['videos:delete']({ videoId: 'vid-1' }, context);
    await tellVideos(handlers(), services('Holiday'), happenings)['videos:restore']({ videoId: 'vid-1' }, context);
    await tellVideos(handlers(), services(undefined), happenings)['videos:delete']({ videoId: 'vid-2' }, context);
    expect(added.map(({ kind, text }) => [kind, text])).toEqual([
      ['video-deleted', '“Holiday” was deleted'],
      ['video-restored', '“Holiday” was restored'],
      ['video-deleted', '“vid-2” was deleted'],
    ]);
    await happenings.close();
  });

  it('tell nothing of a deletion that was refused', async () => {
    const happenings = await open();
    await expect(tellVideos(handlers(true), services('Holiday'), happenings)['videos:delete']({ videoId: 'vid-1' }, context)).rejects.toThrow('no such video');
    expect(added).toEqual([]);
    await happenings.close();
  });

  it('tell where a stall was and which node failed', async () => {
    const happenings = await open();
    happenings.takeStall({ title: 'Holiday', positionSec: 102.4, stallCount: 3 } as PlaybackSession, 1);
    happenings.takeFailOver({ title: 'Holiday' } as PlaybackSession, { sequence: 4, nodeId: 'node-3', failedNodeIds: ['node-1', 'node-2'] } as PlaybackChunk);
    expect(added.map(({ kind, subject, text }) => [kind, subject, text])).toEqual([
      ['stall', null, '“Holiday” stalled at 1:42, 3 in all in this session'],
      ['fail-over', 'node-1', 'Chunk 4 of “Holiday” came from node-3, because node-1, node-2 did not deliver it'],
    ]);
    await happenings.close();
  });
});
