import { statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Grant } from '../../../../runtime/contract/paxos.ts';
import { ingest } from '../../../../runtime/services/uploader/ingest/ingest.ts';
import type { IngestedChunk } from '../../../../runtime/services/uploader/ingest/types.ts';
import type { MetadataClient } from '../../../../runtime/services/uploader/metadata-client.ts';
import { CHUNKS_IN_FLIGHT_MAX, placeVideo } from '../../../../runtime/services/uploader/place-video.ts';
import { samplePath } from '../../../fixtures/uploader-rig.ts';

const CHUNKS_OF_SAMPLE = 6;

const hashes: string[] = [];
beforeAll(async () => {
  const steps = ingest(samplePath, { signal: new AbortController().signal });
  for (let step = await steps.next(); !step.done; step = await steps.next()) hashes.push(step.value.sha256);
});

interface Placing {
  chunk: IngestedChunk;
  signal: AbortSignal;
  done: () => void;
  fail: (error: unknown) => void;
}

/** A placer that places nothing until the test says so. `arrived(n)` resolves when n chunks have come altogether. */
const startPlacing = (options: { committed?: Map<number, string>; signal?: AbortSignal } = {}) => {
  const placings: Placing[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  const metadata = { grants: async ({ sequences }: { sequences: number[] }) => sequences.map(() => ({}) as Grant) } as unknown as MetadataClient;
  const counted = { bytes: 0, chunks: 0 };
  const result = placeVideo({
    path: samplePath,
    sizeBytes: statSync(samplePath).size,
    facts: { container: 'MP4', durationSecDeclared: 60, width: 1280, height: 720 },
    videoId: 'vid-1',
    metadata,
    proposerId: 'one',
    committed: options.committed ?? new Map(),
    signal: options.signal ?? new AbortController().signal,
    onCommitted(bytes) {
      counted.bytes += bytes;
      counted.chunks += 1;
    },
    placer: {
      place: (_videoId, chunk, _grant, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          placings.push({ chunk, signal, done: () => resolve({ isComplete: true }), fail: reject });
          for (const waiter of waiters) if (placings.length >= waiter.count) waiter.resolve();
        }),
    },
  });
  result.catch(() => {}); // Each test looks at it in its own time.
  const arrived = (count: number): Promise<void> => new Promise((resolve) => (placings.length >= count ? resolve() : waiters.push({ count, resolve })));
  return { placings, arrived, result, counted };
};

/** Long enough for whatever could come without further ado to have come. */
const idle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('placing a video', () => {
  it('has five chunks in flight, and cuts no more until one of them is placed', async () => {
    const { placings, arrived, result, counted } = startPlacing();
    await arrived(CHUNKS_IN_FLIGHT_MAX);
    await idle();
    expect(placings.map(({ chunk }) => chunk.sequence)).toEqual([0, 1, 2, 3, 4]);
    placings[3]!.done();
    await arrived(CHUNKS_OF_SAMPLE);
    expect(counted.chunks).toBe(1);
    for (const { done } of placings) done();
    const summary = await result;
    expect(summary).toMatchObject({ chunkCount: CHUNKS_OF_SAMPLE, durationSec: 60 });
    expect(counted).toEqual({ chunks: CHUNKS_OF_SAMPLE, bytes: summary.sizeBytes });
  });

  it('fails with the first failure, and stops the other chunks', async () => {
    const { placings, arrived, result } = startPlacing();
    await arrived(3);
    placings[1]!.fail(new VStackError('no_quorum', 'nobody there'));
    await expect(result).rejects.toMatchObject({ code: 'no_quorum' });
    expect(placings.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('ends with the reason for which it was stopped', async () => {
    const stopper = new AbortController();
    const { arrived, result } = startPlacing({ signal: stopper.signal });
    await arrived(2);
    stopper.abort(new VStackError('cancelled', 'enough'));
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('places only what is not committed yet, and counts the rest', async () => {
    const { placings, arrived, result, counted } = startPlacing({ committed: new Map([[0, hashes[0]!], [2, hashes[2]!], [5, hashes[5]!]]) });
    await arrived(3);
    for (const { done } of placings) done();
    await result;
    expect(placings.map(({ chunk }) => chunk.sequence)).toEqual([1, 3, 4]);
    expect(counted.chunks).toBe(CHUNKS_OF_SAMPLE);
  });

  it('notices that the file is no longer the one of the committed chunks', async () => {
    const { result } = startPlacing({ committed: new Map([[1, 'f'.repeat(64)]]) });
    await expect(result).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('the file changed') });
  });
});
