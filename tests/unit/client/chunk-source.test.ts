import { describe, expect, test } from 'vitest';
import { type ChunkReport, createChunkSource, orderSources } from '../../../runtime/client/chunk-source.ts';
import type { FetchChunkOptions, FetchedChunk } from '../../../runtime/client/fetch-chunk.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import type { ManifestChunk } from '../../../runtime/contract/wire/metadata.ts';
import { makeManifest } from '../../fixtures/manifest.ts';

/** A network whose answers the test gives: each fetch waits for `settle`. */
const scriptedNetwork = () => {
  const asked: { sequence: number; sources: string[]; signal: AbortSignal }[] = [];
  const answers: ((outcome: string | Error, failedFirst?: string) => void)[] = [];
  const fetch = (chunk: ManifestChunk, { sources = [], signal }: FetchChunkOptions): Promise<FetchedChunk> =>
    new Promise((resolve, reject) => {
      asked.push({ sequence: chunk.sequence_num, sources: sources.map((source) => source.node_id), signal: signal! });
      signal!.addEventListener('abort', () => reject(new VStackError('cancelled', 'cancelled')));
      answers.push((outcome, failedFirst) => {
        if (outcome instanceof Error) return reject(outcome);
        const failed = failedFirst ? [{ nodeId: failedFirst, tookMs: 1, error: 'answered 500' }] : [];
        resolve({
          chunkId: chunk.chunk_id, bytes: new Uint8Array([chunk.sequence_num]), nodeId: outcome, tookMs: 1, firstByteMs: 1,
          attempts: [...failed, { nodeId: outcome, tookMs: 1, error: null }],
        });
      });
    });
  return { asked, answers, fetch };
};

describe('orderSources', () => {
  test('starts at another node for each chunk, and asks distrusted nodes last', () => {
    const { chunks } = makeManifest();
    const order = (sequence: number, distrusted = ''): string[] =>
      orderSources(chunks[sequence]!, (nodeId) => nodeId === distrusted).map((url) => url.node_id);
    expect(order(0)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(order(1)).toEqual(['node-2', 'node-3', 'node-1']);
    expect(order(1, 'node-2')).toEqual(['node-3', 'node-1', 'node-2']);
  });
});

describe('createChunkSource', () => {
  const refuseRefresh = (): Promise<never> => Promise.reject(new Error('no refresh expected'));

  test('two loads of one chunk share one fetch, and a third is served from memory', async () => {
    const { asked, answers, fetch } = scriptedNetwork();
    const source = createChunkSource({ manifest: makeManifest(), refresh: refuseRefresh, fetch });
    const both = Promise.all([source.load(0), source.load(0)]);
    answers[0]!('node-1');
    expect(await both).toEqual([new Uint8Array([0]), new Uint8Array([0])]);
    await source.load(0);
    expect(asked).toHaveLength(1);
  });

  test('a fetch goes on while anybody waits for it and is aborted when the last one leaves', async () => {
    const { asked, fetch } = scriptedNetwork();
    const source = createChunkSource({ manifest: makeManifest(), refresh: refuseRefresh, fetch });
    const [one, two] = [new AbortController(), new AbortController()];
    const loads = [source.load(0, one.signal), source.load(0, two.signal)];
    one.abort();
    await expect(loads[0]).rejects.toMatchObject({ code: 'cancelled' });
    expect(asked[0]!.signal.aborted).toBe(false);
    two.abort();
    await expect(loads[1]).rejects.toMatchObject({ code: 'cancelled' });
    expect(asked[0]!.signal.aborted).toBe(true);
  });

  test('a chunk wanted again right after its fetch was aborted is fetched anew', async () => {
    const { answers, fetch } = scriptedNetwork();
    const source = createChunkSource({ manifest: makeManifest(), refresh: refuseRefresh, fetch });
    const abort = new AbortController();
    const first = source.load(0, abort.signal);
    abort.abort();
    const again = source.load(0);
    answers[1]!('node-2');
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await again).toEqual(new Uint8Array([0]));
  });

  test('a node that failed is asked last for the next chunks, and again in turn once ten seconds have passed', async () => {
    const { asked, answers, fetch } = scriptedNetwork();
    let nowMs = 0;
    const source = createChunkSource({ manifest: makeManifest(), refresh: refuseRefresh, fetch, nowMs: () => nowMs });
    const load = async (sequence: number, failedFirst?: string): Promise<void> => {
      const loading = source.load(sequence);
      answers.at(-1)!('node-1', failedFirst);
      await loading;
    };
    await load(1, 'node-2');
    await load(0);
    expect(asked.at(-1)!.sources).toEqual(['node-1', 'node-3', 'node-2']);
    nowMs = 10_000;
    await load(2);
    expect(asked.at(-1)!.sources).toEqual(['node-3', 'node-1', 'node-2']);
    await load(3);
    expect(asked.at(-1)!.sources).toEqual(['node-1', 'node-2', 'node-3']);
  });

  test('URLs about to expire are renewed before they are used', async () => {
    const { asked, answers, fetch } = scriptedNetwork();
    const fresh = makeManifest({ nodeUrls: { 'node-9': 'http://127.0.0.1:9' } });
    const source = createChunkSource({
      manifest: makeManifest({ expiresUnix: 120 }), refresh: () => Promise.resolve(fresh), fetch, nowMs: () => 100_000,
    });
    const loading = source.load(0);
    await expect.poll(() => answers.length).toBe(1);
    answers[0]!('node-9');
    await loading;
    expect(asked[0]!.sources).toEqual(['node-9']);
    expect(source.manifest()).toBe(fresh);
  });

  test('when every holder failed a fresh manifest is asked for once, then the failure is told', async () => {
    const { answers, fetch } = scriptedNetwork();
    let refreshCount = 0;
    const manifest = makeManifest();
    const source = createChunkSource({ manifest, refresh: () => Promise.resolve((refreshCount++, manifest)), fetch });
    const loading = source.load(0);
    answers[0]!(new VStackError('unavailable', 'nobody'));
    await expect.poll(() => answers.length).toBe(2);
    answers[1]!(new VStackError('unavailable', 'still nobody'));
    await expect(loading).rejects.toThrow('still nobody');
    expect(refreshCount).toBe(1);
  });

  test('each fetched chunk is reported with the node that served it', async () => {
    const { answers, fetch } = scriptedNetwork();
    const reports: ChunkReport[] = [];
    const source = createChunkSource({ manifest: makeManifest(), refresh: refuseRefresh, fetch, onChunk: (report) => reports.push(report) });
    const loading = source.load(3);
    answers[0]!('node-2', 'node-1');
    await loading;
    expect(reports.map(({ chunk, nodeId, attempts }) => [chunk.sequence_num, nodeId, attempts.length])).toEqual([[3, 'node-2', 2]]);
  });

  test('tells of each round in which no node gave the chunk, and asks those nodes last for a while', async () => {
    const { answers, fetch } = scriptedNetwork();
    const misses: string[] = [];
    const manifest = makeManifest();
    const source = createChunkSource({ manifest, refresh: () => Promise.resolve(manifest), fetch, onMiss: ({ chunk, attempts }) => misses.push(`${chunk.sequence_num} ${attempts.map((attempt) => attempt.nodeId).join()}`) });
    const loading = source.load(0);
    const failure = new VStackError('unavailable', 'none', { details: { attempts: [{ nodeId: 'node-1', tookMs: 1, error: 'could not be reached' }] } });
    answers[0]!(failure);
    await expect.poll(() => answers.length).toBe(2);
    expect([source.isAvoided('node-1'), source.isAvoided('node-2')]).toEqual([true, false]);
    answers[1]!('node-1');
    await loading;
    expect(misses).toEqual(['0 node-1']);
    expect(source.isAvoided('node-1')).toBe(false);
  });
});
