import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { setUpCli } from '../../../fixtures/cli.ts';
import type { FakeHost } from '../../../fixtures/fake-host.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const cli = setUpCli();
const manifest = makeManifest({ overrides: { title: 'A/film' } });
const handlers: Partial<Handlers> = { 'videos:manifest': () => manifest, 'videos:save': ({ path }) => ({ path, sizeBytes: 2_800, sha256: 'f'.repeat(64) }) };

describe('download', () => {
  it('names the file absolutely, tells how far it is, and where the video is now', async () => {
    let host!: FakeHost;
    const path = join(cli.dir(), 'film.mp4');
    const save: Handlers['videos:save'] = () => {
      host.events.emit('videos:saving', { videoId: 'vid-1', path, bytesDone: 1_400, bytesTotal: 2_800 });
      host.events.emit('videos:saving', { videoId: 'vid-1', path: '/other', bytesDone: 1, bytesTotal: 2 });
      return { path, sizeBytes: 2_800, sha256: 'f'.repeat(64) };
    };
    const { code, lines } = await cli.run(`download vid-1 ${path} --json`, { ...handlers, 'videos:save': save }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(host.asked.at(-1)).toEqual({ name: 'videos:save', input: { videoId: 'vid-1', path, overwrite: false } });
    expect(lines).toMatchObject([{ event: 'progress', bytes_done: 1_400 }, { event: 'result', path, size_bytes: 2_800, sha256: 'f'.repeat(64) }]);
  });

  it('makes a name of the title, in the folder that is given or the current one', async () => {
    await mkdir(join(cli.dir(), 'films'));
    const pathOf = async (args: string): Promise<unknown> => ((await cli.run(`download vid-1 ${args}`, handlers)).host.asked.at(-1)!.input as { path: string }).path;
    expect(await pathOf(join(cli.dir(), 'films'))).toBe(join(cli.dir(), 'films', 'A film.mp4'));
    expect(await pathOf('')).toBe(join(process.cwd(), 'A film.mp4'));
  });

  it('overwrites only with --force, and says so', async () => {
    const taken: Handlers['videos:save'] = ({ overwrite, path }) => {
      if (!overwrite) throw new VStackError('conflict', `${path} exists already. Choose another name, or ask to overwrite it.`);
      return { path, sizeBytes: 1, sha256: 'f'.repeat(64) };
    };
    const refused = await cli.run('download vid-1 /tmp/f.mp4', { ...handlers, 'videos:save': taken });
    expect(refused).toMatchObject({ code: 1, err: 'Error: /tmp/f.mp4 exists already. Choose another name, or give --force.\n' });
    expect((await cli.run('download vid-1 /tmp/f.mp4 --force', { ...handlers, 'videos:save': taken })).code).toBe(0);
  });

  it('ends with code 5 when a chunk cannot be had, and with 130 when it is cancelled', async () => {
    const broken = await cli.run('download vid-1 /tmp/f.mp4', { ...handlers, 'videos:save': () => { throw new VStackError('unavailable', 'No node served vid-1-chunk-000.'); } });
    expect(broken.code).toBe(5);
    const aborter = new AbortController();
    const forever: Handlers['videos:save'] = () => {
      setImmediate(() => aborter.abort());
      return new Promise(() => {});
    };
    expect((await cli.run('download vid-1 /tmp/f.mp4', { ...handlers, 'videos:save': forever }, { signal: aborter.signal })).code).toBe(130);
  });
});
