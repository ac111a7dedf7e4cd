import { describe, expect, test } from 'vitest';
import { bufferedAheadSec } from '../../../../renderer/playback/buffer.ts';
import { readSegment } from '../../../../renderer/playback/loaders.ts';
import { createPlaybackMeter } from '../../../../renderer/playback/meter.ts';
import type { ChunkSource } from '../../../../runtime/client/chunk-source.ts';
import { segmentsOf } from '../../../../runtime/client/playlist.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

describe('bufferedAheadSec', () => {
  const range = (startSec: number, endSec: number) => ({ startSec, endSec });
  test('counts what follows the playhead without a gap, whatever the order of the ranges', () => {
    expect(bufferedAheadSec([range(0, 10)], 4)).toBe(6);
    expect(bufferedAheadSec([range(10.1, 20), range(0, 10)], 4)).toBe(16);
    expect(bufferedAheadSec([range(0, 10), range(12, 20)], 4)).toBe(6);
    expect(bufferedAheadSec([range(30, 40)], 4)).toBe(0);
    expect(bufferedAheadSec([], 4)).toBe(0);
  });
});

describe('the meter', () => {
  test('measures start-up once, stalls while playing, and time really played', () => {
    const meter = createPlaybackMeter(1000);
    meter.handlePlaying(1400);
    meter.handleWaiting(3400, false);
    meter.handlePlaying(3900);
    expect(meter.figures(5900)).toEqual({ startupMs: 400, stallCount: 1, stalledMs: 500, playedMs: 4000 });
  });
  test('a wait for the first picture, after a seek, or while paused is no stall', () => {
    const meter = createPlaybackMeter(0);
    meter.handleWaiting(100, false);
    meter.handlePlaying(200);
    meter.handleWaiting(300, true);
    meter.handlePlaying(400);
    meter.handlePause(500);
    meter.handleWaiting(600, false);
    expect(meter.figures(700)).toMatchObject({ stallCount: 0, stalledMs: 0, playedMs: 200 });
  });
  test('the starts and stops after a seek are no stalls, a wait after a second of moving pictures is one', () => {
    const meter = createPlaybackMeter(0);
    meter.handlePlaying(0);
    meter.handleSeek(5_000);
    meter.handleWaiting(5_010, true);
    meter.handlePlaying(5_100);
    meter.handleWaiting(5_900, false);
    meter.handlePlaying(6_000);
    expect(meter.figures(6_500).stallCount).toBe(0);
    meter.handleWaiting(7_000, false);
    expect(meter.figures(7_200)).toMatchObject({ stallCount: 1, stalledMs: 200 });
  });
  test('a decoder that is late with what is buffered is no stall', () => {
    const meter = createPlaybackMeter(0);
    meter.handlePlaying(0);
    meter.handleWaiting(5_000, false, true);
    meter.handlePlaying(5_006);
    expect(meter.figures(9_000)).toMatchObject({ stallCount: 0, playedMs: 8_994 });
  });
  test('a seek within what is buffered does not hide a stall later on', () => {
    const meter = createPlaybackMeter(0);
    meter.handlePlaying(0);
    meter.handleSeek(5_000);
    meter.handleWaiting(5_500, false);
    meter.handlePlaying(5_600);
    meter.handleWaiting(9_000, false);
    expect(meter.figures(9_000).stallCount).toBe(1);
  });
  test('a stall under way counts up to now', () => {
    const meter = createPlaybackMeter(0);
    meter.handlePlaying(0);
    meter.handleWaiting(100, false);
    expect(meter.figures(350)).toMatchObject({ stallCount: 1, stalledMs: 250 });
  });
});

describe('readSegment', () => {
  const manifest = makeManifest({ segments: [[300, 200, 100]] });
  const segment = segmentsOf(manifest)[0]!;
  const bytesOf = (sequence: number): Uint8Array<ArrayBuffer> => new Uint8Array(segment.chunks[sequence]!.size_bytes).fill(sequence + 1);
  const recording = () => {
    const asked: number[] = [];
    const source: ChunkSource = { manifest: () => manifest, isAvoided: () => false, load: (sequence) => (asked.push(sequence), Promise.resolve(bytesOf(sequence))), close: () => undefined };
    return { asked, source };
  };

  test('joins the chunks of a segment in order', async () => {
    const { source } = recording();
    expect([...(await readSegment(source, segment, 0, 600))]).toEqual([...bytesOf(0), ...bytesOf(1), ...bytesOf(2)]);
  });
  test('cuts a byte range out of the chunks it lies in, and asks for no other', async () => {
    const { asked, source } = recording();
    expect([...(await readSegment(source, segment, 100, 250))]).toEqual([...new Uint8Array(150).fill(1)]);
    expect(asked).toEqual([0]);
    expect([...(await readSegment(source, segment, 290, 510))]).toEqual([...new Uint8Array(10).fill(1), ...new Uint8Array(200).fill(2), ...new Uint8Array(10).fill(3)]);
  });
  test('a range beyond the end ends where the segment does', async () => {
    const { source } = recording();
    expect(await readSegment(source, segment, 500, 9000)).toHaveLength(100);
  });
});
