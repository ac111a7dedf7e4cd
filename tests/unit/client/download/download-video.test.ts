import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { downloadVideo } from '../../../../runtime/client/download/download-video.ts';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';

const NODES = ['a', 'b', 'c'];
const contentOf = (sequence: number): Uint8Array<ArrayBuffer> => new Uint8Array(1000 + sequence).fill(sequence + 1);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const manifestOf = (chunkCount: number, overrides: Partial<Manifest> = {}): Manifest => ({
  video_id: 'vid-1', title: 'Film', duration_sec: chunkCount * 5, total_chunks: chunkCount, chunk_duration_sec: 10, chunk_size_bytes: 2000,
  created_at: '2026-01-01T00:00:00Z', status: 'active', version: 1, complete: true, media: null,
  chunks: Array.from({ length: chunkCount }, (_, sequence) => ({
    chunk_id: `vid-1-chunk-00${sequence}`, sequence_num: sequence, size_bytes: contentOf(sequence).byteLength, checksum: `sha256:${sha256(contentOf(sequence))}`,
    redundancy_mode: 'replication' as const, replicas: NODES.map((id) => `http://${id}`), duration_sec: 5, start_sec: sequence * 5,
    segment_index: Math.floor(sequence / 2), generation: 0, fragments: [],
    urls: NODES.map((id) => ({ node_id: id, node_url: `http://${id}`, url: `http://${id}/chunk/${sequence}`, ping_url: `http://${id}/ping`, expires_unix: 4_000_000_000 })),
  })),
  ...overrides,
});

/** What a node does when it is asked for a chunk. */
type Behaviour = (sequence: number) => Response | Promise<Response>;
const body = (bytes: Uint8Array<ArrayBuffer>): Response => new Response(new Blob([bytes]));
const good: Behaviour = (sequence) => body(contentOf(sequence));
const behaviours: Record<string, Behaviour> = {
  'answers 404': () => new Response('', { status: 404 }),
  'answers 500': () => new Response('', { status: 500 }),
  'refuses the connection': () => Promise.reject(new TypeError('fetch failed')),
  'sends corrupt bytes': (sequence) => body(contentOf(sequence).map((byte, index) => (index === 7 ? byte ^ 1 : byte))),
  'sends too few bytes': (sequence) => body(contentOf(sequence).slice(0, 500)),
  'sends too many bytes': (sequence) => body(new Uint8Array([...contentOf(sequence), 1])),
  'breaks off in the middle': (sequence) => {
    let isSent = false;
    return new Response(new ReadableStream({
      pull(controller) {
        if (isSent) controller.error(new TypeError('terminated'));
        else controller.enqueue(contentOf(sequence).slice(0, 10));
        isSent = true;
      },
    }));
  },
};

const install = (nodes: Record<string, Behaviour>) => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    const { hostname, pathname } = new URL(url);
    asked.push(`${hostname}${pathname}`);
    return nodes[hostname]!(Number(pathname.split('/').at(-1)));
  });
  return asked;
};
afterEach(() => vi.unstubAllGlobals());

const collect = async (manifest: Manifest, options: Partial<Parameters<typeof downloadVideo>[0]> = {}) => {
  const received: number[] = [];
  const report = await downloadVideo({ manifest, refresh: () => Promise.resolve(manifest), write: (bytes, chunk) => {
    expect(sha256(bytes)).toBe(chunk.checksum.slice('sha256:'.length));
    received.push(chunk.sequence_num);
  }, ...options });
  return { report, received };
};

describe('downloading a video', () => {
  it('hands the chunks on in order and tells what each node served', async () => {
    install({ a: good, b: good, c: good });
    const { report, received } = await collect(manifestOf(7));
    expect(received).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(report).toMatchObject({ chunkCount: 7, failures: [], sizeBytes: 7 * 1000 + 21 });
    expect(report.nodes.map((node) => node.nodeId).sort()).toEqual(['a', 'b', 'c']);
    expect(report.nodes.reduce((sum, node) => sum + node.sizeBytes, 0)).toBe(report.sizeBytes);
  });

  it.each(Object.entries(behaviours))('goes to the next node when one %s, and reports it', async (_name, bad) => {
    install({ a: bad, b: good, c: good });
    const { report, received } = await collect(manifestOf(4));
    expect(received).toEqual([0, 1, 2, 3]);
    expect(report.failures.length).toBeGreaterThan(0);
    expect(new Set(report.failures.map((failure) => failure.nodeId))).toEqual(new Set(['a']));
    expect(report.nodes.find((node) => node.nodeId === 'a')).toMatchObject({ chunkCount: 0 });
  });

  it.each(Object.entries(behaviours))('ends with every attempt told when all nodes fail: each %s', async (_name, bad) => {
    install({ a: bad, b: bad, c: bad });
    const error = await collect(manifestOf(2)).catch((caught: unknown) => caught as { code: string; details: { attempts: unknown[] } });
    expect(error).toMatchObject({ code: 'unavailable' });
    expect((error as { details: { attempts: unknown[] } }).details.attempts).toHaveLength(3);
  });

  it('asks for a fresh manifest once all known nodes have failed, and goes on with it', async () => {
    install({ a: behaviours['answers 404']!, b: behaviours['answers 404']!, c: good });
    const fresh = manifestOf(1);
    const stale = manifestOf(1);
    stale.chunks[0]!.urls = stale.chunks[0]!.urls.slice(0, 2);
    const { received } = await collect(stale, { refresh: () => Promise.resolve(fresh) });
    expect(received).toEqual([0]);
  });

  it('never holds more chunks than it may read ahead', async () => {
    const asked = install({ a: good, b: good, c: good });
    let written = 0;
    await collect(manifestOf(8), { readAheadCount: 3, write: () => {
      written += 1;
      expect(asked.length).toBeLessThanOrEqual(written + 2);
    } });
    expect(written).toBe(8);
  });

  it('ends at once when it is cancelled', async () => {
    const aborter = new AbortController();
    install({ a: good, b: good, c: good });
    const run = collect(manifestOf(5), { signal: aborter.signal, onProgress: ({ chunksDone }) => chunksDone === 2 && aborter.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses a video that has no chunks or lacks one', async () => {
    await expect(collect(manifestOf(0))).rejects.toMatchObject({ code: 'conflict' });
    const gap = manifestOf(3);
    gap.chunks.splice(1, 1);
    await expect(collect(gap)).rejects.toThrow(/Chunk 1 .*not committed/);
  });
});
