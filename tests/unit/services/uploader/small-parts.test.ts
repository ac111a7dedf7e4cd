import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';
import type { Grant } from '../../../../runtime/contract/paxos.ts';
import { CHUNK_BYTES_PREFERRED } from '../../../../runtime/contract/units.ts';
import { PROPOSER_LIMITS } from '../../../../runtime/core/chunkpaxos/limits.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createGrantBatches } from '../../../../runtime/services/uploader/grant-batches.ts';
import { createMetadataClient, type MetadataClient } from '../../../../runtime/services/uploader/metadata-client.ts';
import { createNodeDirectory } from '../../../../runtime/services/uploader/node-directory.ts';
import { replyPatienceMs } from '../../../../runtime/services/uploader/patience.ts';
import { CHUNKS_IN_FLIGHT_MAX } from '../../../../runtime/services/uploader/place-video.ts';
import { createRateMeter } from '../../../../runtime/services/uploader/progress.ts';
import { bytesNeeded, UPLOADS_BYTES_MAX } from '../../../../runtime/services/uploader/upload-memory.ts';

const never = new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the memory of uploads', () => {
  it('runs a dozen ordinary uploads at once, and takes more for a higher bit rate', () => {
    expect(12 * bytesNeeded(3_000_000, 60)).toBeLessThan(UPLOADS_BYTES_MAX);
    expect(bytesNeeded(1_000_000_000, 100)).toBeGreaterThan(5 * bytesNeeded(3_000_000, 60));
    expect(bytesNeeded(1_000_000_000_000, null)).toBe(UPLOADS_BYTES_MAX);
  });
});

describe('the patience with a store', () => {
  const upstreams = builtInProfiles.map(({ settings }) => settings.toNode.bitsPerSecond ?? Infinity);

  it('lasts until a chunk has crossed the slowest link that all chunks in flight share', () => {
    for (const sizeBytes of [500_000, CHUNK_BYTES_PREFERRED]) expect(replyPatienceMs(sizeBytes)).toBeGreaterThan((CHUNKS_IN_FLIGHT_MAX * sizeBytes * 8 * 1000) / Math.min(...upstreams));
  });

  it('is the usual one for a message without bytes', () => {
    expect(replyPatienceMs(0)).toBe(PROPOSER_LIMITS.replyTimeoutMs);
  });
});

describe('the rate meter', () => {
  it('tells the rate of the last seconds, not of the whole upload', () => {
    const meter = createRateMeter(0);
    expect(meter.bytesPerSec(100)).toBeNull();
    for (let second = 1; second <= 20; second += 1) meter.count(second * 1000, second * 1000);
    expect(meter.bytesPerSec(20_000)).toBeCloseTo(1000);
    for (let second = 21; second <= 40; second += 1) meter.count(20_000 + (second - 20) * 9000, second * 1000);
    expect(meter.bytesPerSec(40_000)).toBeCloseTo(9000);
  });

  it('falls to nothing while nothing moves', () => {
    const meter = createRateMeter(0);
    meter.count(5000, 1000);
    expect(meter.bytesPerSec(1000)).toBeCloseTo(5000);
    expect(meter.bytesPerSec(60_000)).toBe(0);
  });
});

describe('grants in batches', () => {
  const batchesOf = (chunkCountExpected: number, done: number[] = []) => {
    const asked: number[][] = [];
    const metadata = {
      grants: async ({ sequences }: { sequences: number[] }) => {
        asked.push(sequences);
        return sequences.map((sequence) => ({ chunk_id: `vid-chunk-${sequence}` }) as Grant);
      },
    } as unknown as MetadataClient;
    const batches = createGrantBatches({ metadata, videoId: 'vid', ownerId: 'one', chunkCountExpected, isDone: (sequence) => done.includes(sequence), signal: never });
    return { asked, take: async (sequence: number) => (await batches.take(sequence)).chunk_id };
  };

  it('ask for several chunks at a time, and for no more than the video seems to have', async () => {
    const { asked, take } = batchesOf(10);
    for (let sequence = 0; sequence < 10; sequence += 1) expect(await take(sequence)).toBe(`vid-chunk-${sequence}`);
    expect(asked).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [8, 9]]);
  });

  it('ask one by one beyond what was expected', async () => {
    const { asked, take } = batchesOf(2);
    for (let sequence = 0; sequence < 4; sequence += 1) await take(sequence);
    expect(asked).toEqual([[0, 1], [2], [3]]);
  });

  it('leave out chunks that are committed already', async () => {
    const { asked, take } = batchesOf(6, [1, 2, 4]);
    for (const sequence of [0, 3, 5]) expect(await take(sequence)).toBe(`vid-chunk-${sequence}`);
    expect(asked).toEqual([[0, 3, 5]]);
  });

  it('share one call between chunks that ask at the same time', async () => {
    const { asked, take } = batchesOf(5);
    await Promise.all([0, 1, 2, 3, 4].map(take));
    expect(asked).toHaveLength(1);
  });
});

describe('the metadata client', () => {
  const clientOf = (answers: (VStackError | object)[], patienceMs?: number) => {
    const clock = createManualClock();
    const seen: string[] = [];
    const http = {
      json: async (url: string) => {
        seen.push(url);
        const answer = answers.shift();
        if (answer instanceof VStackError) throw answer;
        return answer;
      },
    } as never;
    const client = createMetadataClient({ http, url: 'http://metadata', clock, ...(patienceMs !== undefined && { patienceMs }) });
    return { client, clock, seen };
  };
  const away = new VStackError('unavailable', 'nobody there');

  it('waits for a service that is restarting', async () => {
    const { client, clock, seen } = clientOf([away, away, new VStackError('read_only', 'rebuilding'), { video_id: 'vid-1', upload_url: '' }]);
    const created = client.createVideo({ title: 'x' }, never);
    for (let turn = 0; turn < 20; turn += 1) {
      await settled();
      clock.advance(200);
    }
    expect(await created).toBe('vid-1');
    expect(seen).toHaveLength(4);
  });

  it('does not repeat what was refused', async () => {
    const { client, seen } = clientOf([new VStackError('conflict', 'no')]);
    await expect(client.createVideo({ title: 'x' }, never)).rejects.toMatchObject({ code: 'conflict' });
    expect(seen).toHaveLength(1);
  });

  it('gives up when it waited long enough, and says for what', async () => {
    const { client, clock } = clientOf(Array(50).fill(away), 1000);
    const created = client.createVideo({ title: 'x' }, never).catch((error: unknown) => error);
    for (let turn = 0; turn < 40; turn += 1) {
      await settled();
      clock.advance(200);
    }
    expect(await created).toMatchObject({ code: 'unavailable', message: expect.stringContaining('metadata service') });
  });

  it('counts a video that is gone already as deleted', async () => {
    const { client } = clientOf([new VStackError('not_found', 'no such video')]);
    await client.deleteVideo('vid-1', never);
  });
});

describe('the node directory', () => {
  it('asks again for what it does not know, but not at every question', async () => {
    const clock = createManualClock();
    const answers = [new Map([['a', 'http://a']]), new Map([['a', 'http://moved'], ['b', 'http://b']])];
    let asked = 0;
    const directory = createNodeDirectory({ nodeUrls: async () => answers[Math.min(asked++, 1)]! }, clock, never);
    await directory.refresh(never);
    expect([directory.urlOf('a'), directory.urlOf('b'), directory.urlOf('b')]).toEqual(['http://a', undefined, undefined]);
    await settled();
    expect(asked).toBe(1);
    clock.advance(1001);
    directory.urlOf('b');
    await settled();
    expect([directory.urlOf('a'), directory.urlOf('b')]).toEqual(['http://moved', 'http://b']);
    expect(asked).toBe(2);
  });
});
