import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../../../runtime/contract/wire/metadata.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { setUpCli } from '../../../fixtures/cli.ts';

const cli = setUpCli();

describe('play', () => {
  const bytes = new Uint8Array(1000).fill(7);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest: Manifest = {
    video_id: 'vid-1', title: 'Film', duration_sec: 10, total_chunks: 1, chunk_duration_sec: 10, chunk_size_bytes: 1000, created_at: '2026-01-01T00:00:00Z', status: 'active', version: 1, complete: true,
    media: { mime: 'video/mp4', codecs: 'avc1', init_size_bytes: 10, sha256, size_bytes: 1000 },
    chunks: [{
      chunk_id: 'vid-1-chunk-000', sequence_num: 0, size_bytes: 1000, checksum: `sha256:${sha256}`, redundancy_mode: 'replication', replicas: [], duration_sec: 10, start_sec: 0, segment_index: 0, generation: 0, fragments: [],
      urls: ['a', 'b'].map((id) => ({ node_id: id, node_url: `http://${id}`, url: `http://${id}/chunk`, ping_url: `http://${id}/ping`, expires_unix: 4_000_000_000 })),
    }],
  };
  const handlers: Partial<Handlers> = { 'videos:manifest': () => manifest, 'videos:view': () => ({}) };

  it('checks every hash, writes the file, counts the view, and reports fail-over', async () => {
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(url.startsWith('http://a') ? new Response('', { status: 500 }) : new Response(bytes)));
    const out = join(cli.dir(), 'out.mp4');
    const { code, lines, host } = await cli.run(`play vid-1 --client naive --out ${out} --json`, handlers);
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({ event: 'result', verified: true, size_bytes: 1000, file: out, failures: [{ chunk_id: 'vid-1-chunk-000', node_id: 'a' }] });
    expect((await readFile(out)).equals(bytes)).toBe(true);
    expect(host.asked.at(-1)!.name).toBe('videos:view');
    expect((await cli.run('play vid-1 --client naive', handlers)).out).toMatch(/start-up .*\nthroughput .*\nchunks .*\nfailures +1/);
  });

  it('ends with code 5 and leaves no file when no node has the right bytes', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(new Uint8Array(1000))));
    const out = join(cli.dir(), 'out.mp4');
    const { code, lines } = await cli.run(`play vid-1 --out ${out} --json`, handlers);
    expect(code).toBe(5);
    expect(lines.at(-1)).toMatchObject({ event: 'error', code: 'unavailable', detail: expect.stringContaining('vid-1-chunk-000') });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('notices chunks that are right one by one and wrong together', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(bytes)));
    const wrong = { ...manifest, media: { ...manifest.media!, sha256: 'f'.repeat(64) } };
    expect((await cli.run('play vid-1', { ...handlers, 'videos:manifest': () => wrong })).code).toBe(5);
  });

  it('plays as long as the video lasts with --realtime, and tells what a viewer would have met', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(bytes)));
    const short = { ...manifest, duration_sec: 0.2, chunks: manifest.chunks.map((chunk) => ({ ...chunk, duration_sec: 0.2 })) };
    const realtime = { ...handlers, 'videos:manifest': () => short };
    const { code, lines, host } = await cli.run('play vid-1 --realtime --client random-two --json', realtime);
    expect(code).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'chunk', sequence: 0, hedged: false, failed_over: false, why: expect.stringContaining('drawn') }));
    expect(lines.at(-1)).toMatchObject({ event: 'result', client: 'random-two', ended_by: 'end', stalls: [], delivered_bytes: 1000, buffer: { fetched_at_ms: expect.any(Number) }, verified: true });
    expect(host.asked.at(-1)!.name).toBe('videos:view');
    expect((await cli.run('play vid-1 --realtime', realtime)).out).toMatch(/with the smart client.*\nstart-up .*\nstalls +none/);
  });

  it('refuses a client that it does not know, and a file where nothing is kept', async () => {
    expect((await cli.run('play vid-1 --client clever', handlers)).code).toBe(2);
    expect((await cli.run('play vid-1 --realtime --out film.mp4', handlers)).code).toBe(2);
  });

  it('opens the page on the video with --dashboard', async () => {
    const opened: string[] = [];
    await cli.run('play vid-1 --dashboard', handlers, { opened });
    expect(opened).toEqual(['http://127.0.0.1:3/#token=t0k3n&view=/watch/vid-1']);
  });
});
