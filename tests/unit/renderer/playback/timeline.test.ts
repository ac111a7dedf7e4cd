import { describe, expect, test } from 'vitest';
import { codecFailure, openFailureOf } from '../../../../renderer/playback/failure.ts';
import { createPlaybackMeter } from '../../../../renderer/playback/meter.ts';
import { nextSpeed, SPEEDS } from '../../../../renderer/playback/speeds.ts';
import { chunkAt, PIECES_MAX, timelineOf } from '../../../../renderer/playback/timeline.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

describe('the timeline', () => {
  test('has a piece for each chunk, as long as it plays, in the colour of who gave it', () => {
    const manifest = makeManifest({ segments: [[10], [10, 10]] });
    expect(timelineOf(manifest, new Map([[1, { nodeId: 'node-2' }]]))).toEqual([
      { firstSequence: 0, durationSec: 10, nodeId: null }, { firstSequence: 1, durationSec: 5, nodeId: 'node-2' }, { firstSequence: 2, durationSec: 5, nodeId: null },
    ]);
  });
  test('of thousands of chunks shares pieces, each shown as soon as one of its chunks is there', () => {
    const manifest = makeManifest({ segments: Array.from({ length: 5_000 }, () => [10]) });
    const pieces = timelineOf(manifest, new Map([[17, { nodeId: 'node-3' }]]));
    expect(pieces.length).toBeLessThanOrEqual(PIECES_MAX);
    expect(pieces[1]).toMatchObject({ firstSequence: 14, nodeId: 'node-3' });
    expect(pieces.reduce((sum, piece) => sum + piece.durationSec, 0)).toBe(50_000);
  });
  test('knows the chunk of every time, also beyond the end', () => {
    const manifest = makeManifest({ segments: [[10], [10], [10]] });
    expect([-1, 0, 9.9, 10, 999].map((sec) => chunkAt(manifest, sec)?.sequence_num)).toEqual([0, 0, 0, 1, 2]);
    expect(chunkAt(makeManifest({ segments: [] }), 0)).toBeUndefined();
  });
});

test('speeds go step by step and end at either end', () => {
  expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(2, 1), nextSpeed(0.5, -1), nextSpeed(1.1, 1)]).toEqual([1.25, 0.75, 2, 0.5, 1.25]);
  expect([SPEEDS[0], SPEEDS.at(-1)]).toEqual([0.5, 2]);
});

describe('a failure to open', () => {
  test.each([
    ['not_found', 'library', 'There is no such video'],
    ['not_running', 'cluster', 'No cluster is running'],
    ['not_supported', 'library', 'This video cannot be played'],
    ['unavailable', 'retry', 'The video could not be opened'],
  ] as const)('with %s offers: %s', (code, offer, title) => {
    expect(openFailureOf(new VStackError(code, 'because'))).toMatchObject({ offer, title });
  });
  test('keeps the words of what it does not know', () => expect(openFailureOf(new Error('odd'))).toMatchObject({ offer: 'retry', text: 'odd' }));
  test('of the decoder says what would play', () => expect(codecFailure.text).toContain('H.264'));
});

test('a start-up begins with the play command, not with the wait for a person to give it', () => {
  const meter = createPlaybackMeter(0);
  meter.handleCommand(60_000);
  meter.handlePlaying(60_080);
  meter.handleCommand(90_000);
  expect(meter.figures(90_000).startupMs).toBe(80);
});
