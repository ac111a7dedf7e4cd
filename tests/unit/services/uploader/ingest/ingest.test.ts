import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNK_BYTES_PREFERRED } from '../../../../../runtime/contract/units.ts';
import { VStackError } from '../../../../../runtime/contract/errors.ts';
import { sha256Hex } from '../../../../../runtime/platform/crypto.ts';
import { openReader } from '../../../../../runtime/platform/files.ts';
import { boxesAt, boxesIn } from '../../../../../runtime/services/uploader/ingest/boxes.ts';
import { ingest, inspect, type IngestSummary } from '../../../../../runtime/services/uploader/ingest/ingest.ts';
import { openMedia } from '../../../../../runtime/services/uploader/ingest/open-media.ts';
import { remux } from '../../../../../runtime/services/uploader/ingest/remux.ts';
import type { IngestedChunk } from '../../../../../runtime/services/uploader/ingest/types.ts';
import { mediaPath, samplePath } from '../../../../fixtures/uploader-rig.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-ingest-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const never = new AbortController().signal;

const ingestAll = async (path: string, options: { chunkBytesMax?: number } = {}): Promise<{ chunks: IngestedChunk[]; summary: IngestSummary; bytes: Buffer }> => {
  const chunks: IngestedChunk[] = [];
  const steps = ingest(path, { signal: never, ...options });
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) chunks.push(step.value);
  return { chunks, summary: step.value, bytes: Buffer.concat(chunks.map((chunk) => chunk.bytes)) };
};

const failureOf = async (path: string): Promise<VStackError> => {
  const error: unknown = await ingestAll(path).then(() => new Error('it was ingested'), (reason: unknown) => reason);
  expect(error).toBeInstanceOf(VStackError);
  return error as VStackError;
};

/** Timestamps (in ms) and sizes of a track's packets, read by a demuxer from the remux or the source. */
const packetsOf = async (bytes: Uint8Array, kind: 'video' | 'audio'): Promise<{ ms: number[]; hashes: string[] }> => {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = kind === 'video' ? await input.getPrimaryVideoTrack() : await input.getPrimaryAudioTrack();
  const found: { ms: number[]; hashes: string[] } = { ms: [], hashes: [] };
  if (!track) return found;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    found.ms.push(Math.round(packet.timestamp * 1000));
    found.hashes.push(sha256Hex(packet.data));
  }
  return found;
};

const cutFile = async (name: string, share: number): Promise<string> => {
  const bytes = await readFile(mediaPath(name));
  const path = join(dir, `cut-${share}-${name}`);
  await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
  return path;
};

describe('ingest of each format', () => {
  it.each([
    ['h264-aac.mp4', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['h264-aac.mov', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['h264-aac.mkv', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['h264-aac.mpegts', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['fragmented.mp4', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['late-sound.mkv', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/],
    ['silent.mp4', /^avc1\.[0-9a-f]{6}$/],
    ['one-key-frame.mp4', /^avc1\.[0-9a-f]{6}$/],
    ['vp9-opus.webm', /^vp09\.[0-9.]+,opus$/],
  ])('%s becomes a fragmented MP4 whose picture begins at zero', async (name, codecs) => {
    const { chunks, summary, bytes } = await ingestAll(mediaPath(name));
    expect(summary).toMatchObject({ mime: 'video/mp4', codecs: expect.stringMatching(codecs), chunkCount: chunks.length, sizeBytes: bytes.length, width: 160, height: 90 });
    expect(summary.durationSec).toBeGreaterThan(3.9);
    expect(summary.durationSec).toBeLessThan(4.2);
    expect(summary.sha256).toBe(sha256Hex(bytes));
    expect([...boxesIn(bytes)].map((box) => box.type).slice(0, 4)).toEqual(['ftyp', 'moov', 'moof', 'mdat']);

    const video = await packetsOf(bytes, 'video');
    expect(Math.min(...video.ms)).toBe(0);
    expect(video.ms).toHaveLength(60);
    const sound = await packetsOf(bytes, 'audio');
    if (sound.ms.length > 0) expect(Math.abs(sound.ms[0]! - (name.startsWith('late') ? 3000 : 0))).toBeLessThan(30);
  });

  it('keeps every picture of the source, unchanged and in order', async () => {
    const source = await packetsOf(await readFile(mediaPath('h264-aac.mp4')), 'video');
    const { bytes } = await ingestAll(mediaPath('h264-aac.mp4'));
    expect(await packetsOf(bytes, 'video')).toEqual(source);
  });

  it('keeps sound and picture together when the source begins at another time than zero', async () => {
    const source = await readFile(mediaPath('h264-aac.mpegts'));
    const { bytes } = await ingestAll(mediaPath('h264-aac.mpegts'));
    const [videoBefore, soundBefore] = await Promise.all([packetsOf(source, 'video'), packetsOf(source, 'audio')]);
    const [video, sound] = await Promise.all([packetsOf(bytes, 'video'), packetsOf(bytes, 'audio')]);
    expect(videoBefore.ms[0]).toBeGreaterThan(30_000);
    const shift = videoBefore.ms[0]! - video.ms[0]!;
    const kept = soundBefore.ms.filter((ms) => ms >= videoBefore.ms[0]! - 1);
    for (const [index, ms] of sound.ms.entries()) expect(Math.abs(ms + shift - kept[index]!)).toBeLessThanOrEqual(2);
  });
});

describe('the chunks of a video', () => {
  it('begin with the init segment, whose length is told, and without any time of day', async () => {
    const { chunks, summary } = await ingestAll(samplePath);
    const init = chunks[0]!.bytes.subarray(0, summary.initSizeBytes);
    expect([...boxesIn(init)].map((box) => [box.type, box.end])).toEqual([['ftyp', expect.any(Number)], ['moov', summary.initSizeBytes]]);
    for (const { bodyStart } of boxesAt(init, ['moov', 'mvhd'])) expect([...init.subarray(bodyStart + 4, bodyStart + 12)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('are the same whenever the same file is ingested', async () => {
    const [first, second] = [await ingestAll(samplePath), await ingestAll(samplePath)];
    expect(second.chunks.map(({ sha256 }) => sha256)).toEqual(first.chunks.map(({ sha256 }) => sha256));
    expect(second.summary).toEqual(first.summary);
  });

  it('are segments of ten seconds where the key frames allow it', async () => {
    const { chunks, summary } = await ingestAll(samplePath);
    expect(summary).toMatchObject({ chunkCount: 6, segmentCount: 6 });
    for (const chunk of chunks) expect(chunk.durationSec).toBeCloseTo(10, 0);
    expect(chunks.reduce((sum, chunk) => sum + chunk.durationSec, 0)).toBeCloseTo(summary.durationSec, 6);
  });

  it('never exceed the limit, and each names its own hash and size', async () => {
    const { chunks } = await ingestAll(samplePath, { chunkBytesMax: 100_000 });
    expect(chunks.length).toBeGreaterThan(25);
    for (const chunk of chunks) {
      expect(chunk.bytes.length).toBe(chunk.sizeBytes);
      expect(chunk.sizeBytes).toBeLessThanOrEqual(100_000);
      expect(chunk.sha256).toBe(sha256Hex(chunk.bytes));
    }
    expect(CHUNK_BYTES_PREFERRED).toBe(2 * 1024 * 1024);
  });
});

describe('ingest says clearly what is wrong with a file', () => {
  it.each([
    ['junk.mp4', 'junk', /expected MP4, MOV, MKV, WebM or MPEG-TS/],
    ['tail-missing.mp4', 'truncated', /"mdat" box should reach byte \d+, but the file ends at \d+/],
    ['audio-only.m4a', 'no-video', /only sound/],
    ['encrypted.mp4', 'encrypted', /encrypted/],
    ['vp8-vorbis.webm', 'needs-conversion', /vp8 and vorbis/],
    ['mpeg4-mp3.avi', 'needs-conversion', /AVI/],
    ['h264-aac.flv', 'needs-conversion', /FLV/],
  ])('%s: %s', async (name, reason, message) => {
    const error = await failureOf(mediaPath(name));
    expect(error).toMatchObject({ code: 'unsupported_media', details: { reason } });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n|at .*:\d+/);
  });

  it('an empty file', async () => {
    await writeFile(join(dir, 'empty.mp4'), '');
    expect(await failureOf(join(dir, 'empty.mp4'))).toMatchObject({ code: 'unsupported_media', details: { reason: 'empty' } });
  });

  it('a missing file, and a folder', async () => {
    expect(await failureOf(join(dir, 'nothing.mp4'))).toMatchObject({ code: 'not_found', message: expect.stringContaining('nothing.mp4') });
    expect(await failureOf(dir)).toMatchObject({ code: 'bad_request' });
  });

  it.each(['h264-aac.mp4', 'h264-aac.mov', 'h264-aac.mkv', 'h264-aac.mpegts', 'fragmented.mp4', 'vp9-opus.webm'])('%s, cut anywhere, is truncated', async (name) => {
    for (const share of [0.02, 0.3, 0.55, 0.8, 0.97]) {
      const error = await failureOf(await cutFile(name, share));
      expect([share, error.code, error.details?.reason]).toEqual([share, 'unsupported_media', 'truncated']);
    }
  });

  it('a Matroska file of unknown length whose end is missing, by its playing time', async () => {
    const bytes = await readFile(mediaPath('h264-aac.mkv'));
    // The size of the Segment (8 bytes after its ID) becomes "unknown", as a live recorder writes it.
    const at = bytes.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67])) + 4;
    bytes.set([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], at);
    await writeFile(join(dir, 'live.mkv'), bytes.subarray(0, Math.floor(bytes.length * 0.4)));
    const error = await failureOf(join(dir, 'live.mkv'));
    expect(error).toMatchObject({ code: 'unsupported_media', details: { reason: 'truncated' } });
    expect(error.message).toMatch(/should play 4\.\d s, but only/);
  });

  it('inspect finds the same without reading the whole file', async () => {
    await expect(inspect(mediaPath('tail-missing.mp4'))).rejects.toMatchObject({ details: { reason: 'truncated' } });
    expect(await inspect(samplePath)).toMatchObject({ durationSecDeclared: 60, width: 1280, height: 720 });
  });
});

describe('an ingest under way', () => {
  it('stops with the reason of its signal, and closes the file', async () => {
    const stopper = new AbortController();
    const steps = ingest(samplePath, { signal: stopper.signal });
    await steps.next();
    stopper.abort(new VStackError('cancelled', 'The upload was cancelled.'));
    await expect(steps.next()).rejects.toMatchObject({ code: 'cancelled' });
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });

  const openFixture = async (path: string) => {
    const reader = await openReader(path);
    const counted = { bytes: 0 };
    const media = await openMedia(reader, (start, end) => {
      counted.bytes += end - start;
      return reader.read(start, end);
    });
    if ('unplayable' in media) throw new Error('the fixture is playable');
    return { media, reader, counted, close: async () => (media.close(), reader.close()) };
  };

  it('reads no further than its consumer asks', async () => {
    const { media, reader, counted, close } = await openFixture(samplePath);
    const pieces = remux(media, { signal: never });
    expect((await pieces.next()).value).toMatchObject({ kind: 'init' });
    expect((await pieces.next()).value).toMatchObject({ kind: 'fragment', startSec: 0 });
    expect(counted.bytes).toBeLessThan(reader.sizeBytes / 3);
    await pieces.return(undefined as never);
    await close();
  });

  it('refuses a group of pictures that would not fit into memory', async () => {
    const { media, close } = await openFixture(mediaPath('one-key-frame.mp4'));
    const pieces = remux(media, { signal: never, groupBytesMax: 10_000 });
    await expect(pieces.next()).rejects.toMatchObject({ code: 'unsupported_media', details: { reason: 'long-group' } });
    await close();
  });

  it('holds no more than a group of pictures while one track has nothing for long', async () => {
    const { media, close } = await openFixture(mediaPath('late-sound.mkv'));
    const starts: number[] = [];
    for await (const piece of remux(media, { signal: never, groupBytesMax: 18_000 })) if (piece.kind === 'fragment') starts.push(Math.round(piece.startSec));
    expect(starts).toEqual([0, 1, 2, 3]);
    await close();
  });
});
