import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpCli, upload } from '../../../fixtures/cli.ts';
import { until, type FakeHost } from '../../../fixtures/fake-host.ts';

const cli = setUpCli();

describe('upload', () => {
  it('names the file absolutely, shows progress, and ends with the stored video', async () => {
    await writeFile(join(cli.dir(), 'film.mp4'), 'x');
    let host!: FakeHost;
    const { code, lines } = await cli.run(`upload ${join(cli.dir(), 'film.mp4')} --title Film --json`, {
      'uploads:start': () => {
        setTimeout(() => {
          host.events.emit('uploads:changed', { uploads: [upload({ phase: 'uploading_chunks', progress: 50 }), upload({ sessionId: 'other', phase: 'failed' })] });
          host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed', progress: 100 })] });
        }, 5);
        return upload();
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(host.asked[0]!.input).toEqual({ path: join(cli.dir(), 'film.mp4'), title: 'Film' });
    expect(lines.map(({ event, phase }) => [event, phase])).toEqual([['progress', 'uploading'], ['progress', 'uploading_chunks'], ['result', 'completed']]);
    expect(lines.at(-1)).toMatchObject({ video_id: 'vid-1', total_chunks: 6 });
  });

  it('does not miss an end that comes before the answer to its start', async () => {
    let host!: FakeHost;
    const { code, out } = await cli.run('upload --sample', {
      'uploads:sample': () => {
        host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed', progress: 100 })] });
        return upload();
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(out).toContain('Stored Film as vid-1');
  });

  it('ends with the reason when the upload failed', async () => {
    const { code, err } = await cli.run('upload --sample', { 'uploads:sample': () => upload({ phase: 'failed', error: 'The file holds sound only.' }) });
    expect(code).toBe(1);
    expect(err).toContain('The file holds sound only.');
  });

  it('is cancelled by Ctrl-C, and says so with code 130', async () => {
    const aborter = new AbortController();
    let host!: FakeHost;
    const { code, host: asked } = await cli.run('upload --sample', {
      'uploads:sample': () => {
        setTimeout(() => aborter.abort(), 5);
        return upload();
      },
      'uploads:cancel': () => {
        setTimeout(() => host.events.emit('uploads:changed', { uploads: [upload({ phase: 'cancelled' })] }), 1);
        return {};
      },
    }, { signal: aborter.signal, onHost: (made) => (host = made) });
    expect(code).toBe(130);
    expect(asked.asked.at(-1)).toEqual({ name: 'uploads:cancel', input: { sessionId: 's1' } });
  });

  it('refuses a file that is not there, and a folder, before anything is asked', async () => {
    const missing = await cli.run(`upload ${join(cli.dir(), 'nope.mp4')}`);
    expect(missing).toMatchObject({ code: 4 });
    expect(missing.host.asked).toEqual([]);
    expect((await cli.run(`upload ${cli.dir()}`)).code).toBe(2);
  });

  it('tells what it waits for', async () => {
    let host!: FakeHost;
    const ran = cli.run('upload --sample', { 'uploads:sample': () => upload({ waitingFor: '1 of 3 stores have answered, 2 needed' }) }, { isTTY: true, onHost: (made) => (host = made) });
    await until(() => host.asked.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    host.events.emit('uploads:changed', { uploads: [upload({ phase: 'completed' })] });
    expect((await ran).err).toContain('waiting: 1 of 3 stores have answered');
  });

  it('gives the sample the title that was asked for', async () => {
    const { host } = await cli.run('upload --sample --title Mine', { 'uploads:sample': () => upload({ phase: 'completed' }) });
    expect(host.asked[0]).toEqual({ name: 'uploads:sample', input: { title: 'Mine' } });
  });

  it('takes one at a time: a file and the sample together are refused in plain words', async () => {
    expect((await cli.run('upload a.mp4 --sample')).err).toContain('Both a.mp4 and --sample were given');
  });
});
