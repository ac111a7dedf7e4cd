import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg, type ProbedStream } from '../../../../../runtime/platform/ffmpeg.ts';
import { conversionArguments, convertSource, planConversion } from '../../../../../runtime/services/uploader/ingest/convert.ts';
import { inspect } from '../../../../../runtime/services/uploader/ingest/ingest.ts';
import { inspectSource } from '../../../../../runtime/services/uploader/prepare.ts';
import { mediaPath } from '../../../../fixtures/uploader-rig.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-convert-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const none = '/nowhere/ffmpeg';
const installed = await findFfmpeg();

/** An ffmpeg and its ffprobe, as shell scripts. */
const scripted = async (ffmpeg: string, probe = '{"format":{"duration":"2","format_name":"avi"},"streams":[{"codec_type":"video","codec_name":"mpeg4"}]}'): Promise<string> => {
  const script = async (name: string, body: string): Promise<string> => {
    await writeFile(join(dir, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(dir, name), 0o755);
    return join(dir, name);
  };
  await script('ffprobe', `echo '${probe}'`);
  return script('ffmpeg', ffmpeg);
};

const stream = (kind: ProbedStream['kind'], codec: string, isPicture = false): ProbedStream => ({ kind, codec, isPicture });
const flagsFor = (...streams: ProbedStream[]): string => conversionArguments('/x.avi', { streams }).join(' ');

describe('what ffmpeg is asked to do', () => {
  it('copies what browsers play, and re-encodes only the rest', () => {
    expect(flagsFor(stream('video', 'h264'), stream('audio', 'aac'))).toContain('-c:v copy -map 0:a:0 -c:a copy');
    expect(flagsFor(stream('video', 'mpeg4'), stream('audio', 'mp3'))).toMatch(/-c:v libx264 .*-force_key_frames .*-c:a aac/);
    expect(flagsFor(stream('video', 'h264'), stream('audio', 'vorbis'))).toMatch(/-c:v copy .*-c:a aac/);
    expect(flagsFor(stream('video', 'vp8'))).not.toContain('-c:a');
  });

  it('takes a cover picture for no video', () => {
    expect(() => flagsFor(stream('video', 'mjpeg', true), stream('audio', 'mp3'))).toThrow(/only sound/);
  });

  it('names the source in a way that no file name can turn into an option or an address', () => {
    const list = conversionArguments('/-y http:evil.avi', { streams: [stream('video', 'h264')] });
    expect(list).toContain('file:/-y http:evil.avi');
    expect(list[list.indexOf('-protocol_whitelist') + 1]).toBe('file,pipe');
  });
});

describe('a file that no browser plays', () => {
  it.each([['mpeg4-mp3.avi', 'AVI'], ['h264-aac.flv', 'FLV'], ['vp8-vorbis.webm', 'vp8 and vorbis']])('%s without ffmpeg: the error names ffmpeg', async (name, what) => {
    const failure: unknown = await inspectSource(mediaPath(name), { ffmpegPath: none, signal: never }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unsupported_media', details: { reason: 'needs-ffmpeg' } });
    expect((failure as Error).message).toContain('install ffmpeg');
    expect((failure as Error).message).toContain(what);
  });

  it('that is junk stays junk without ffmpeg', async () => {
    await expect(inspectSource(mediaPath('junk.mp4'), { ffmpegPath: none, signal: never })).rejects.toMatchObject({ details: { reason: 'junk' } });
  });

  it('that is a text, a picture or a subtitle is junk, although ffmpeg would make a film of it', async () => {
    for (const name of ['tty', 'jpeg_pipe', 'srt']) {
      const ffmpegPath = await scripted('exit 0', `{"format":{"format_name":"${name}"},"streams":[{"codec_type":"video","codec_name":"ansi"}]}`);
      await expect(planConversion(mediaPath('junk.mp4'), { ffmpegPath, signal: never })).rejects.toMatchObject({ details: { reason: 'junk' } });
    }
  });

  it.skipIf(!installed).each(['mpeg4-mp3.avi', 'h264-aac.flv', 'vp8-vorbis.webm'])('%s with ffmpeg becomes one that they play', async (name) => {
    const found = await inspectSource(mediaPath(name), { signal: never });
    if (!('plan' in found)) throw new Error('expected a plan');
    const target = join(dir, 'converted.mp4');
    await convertSource(found.plan, target, never);
    expect(await inspect(target)).toMatchObject({ width: 160, height: 90 });
    expect(await readdir(dir)).toEqual(['converted.mp4']);
  });
});

describe('a conversion', () => {
  const planWith = async (ffmpeg: string) => planConversion(mediaPath('mpeg4-mp3.avi'), { ffmpegPath: await scripted(ffmpeg), signal: never });

  it('writes what ffmpeg gives, and shows it only when it is whole', async () => {
    const plan = await planWith('printf converted; [ ! -e "$(dirname "$0")/out.mp4" ] || exit 9');
    await convertSource(plan, join(dir, 'out.mp4'), never);
    expect(plan.durationSec).toBe(2);
    expect((await readdir(dir)).sort()).toEqual(['ffmpeg', 'ffprobe', 'out.mp4']);
  });

  it('that fails tells what ffmpeg said, and leaves nothing behind', async () => {
    const plan = await planWith('printf half; echo "Invalid data found" >&2; exit 1');
    await expect(convertSource(plan, join(dir, 'out.mp4'), never)).rejects.toMatchObject({
      code: 'unsupported_media',
      message: expect.stringContaining('Invalid data found'),
      details: { reason: 'conversion-failed' },
    });
    expect((await readdir(dir)).sort()).toEqual(['ffmpeg', 'ffprobe']);
  });

  it('that is cancelled ends ffmpeg, and leaves nothing behind', async () => {
    const plan = await planWith('echo begun; exec sleep 600');
    const stopper = new AbortController();
    const converting = convertSource(plan, join(dir, 'out.mp4'), stopper.signal);
    while (!(await readdir(dir)).includes('out.mp4.part')) await new Promise((resolve) => setImmediate(resolve));
    stopper.abort();
    await expect(converting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readdir(dir)).sort()).toEqual(['ffmpeg', 'ffprobe']);
  });
});
