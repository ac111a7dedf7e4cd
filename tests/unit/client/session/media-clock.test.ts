import { describe, expect, test } from 'vitest';
import { advanceMedia, bufferSecAt, createMediaClock, dryInMs, positionSecAt, stalledMsOf, stopMedia } from '../../../../runtime/client/session/media-clock.ts';

const SECOND = 1_000;

describe('the media clock', () => {
  test('starts once ten seconds are buffered, and not before', () => {
    const media = createMediaClock(0, 60);
    expect(advanceMedia(media, 9.9, 400)).toBe(false);
    expect(advanceMedia(media, 10, 700)).toBe(true);
    expect(media).toMatchObject({ phase: 'playing', startupMs: 700, positionSec: 0 });
    expect(positionSecAt(media, 2_700)).toBe(2);
    expect(bufferSecAt(media, 2_700)).toBe(8);
    expect(dryInMs(media, 2_700)).toBe(8 * SECOND);
  });

  test('starts with less when that is all there is', () => {
    const media = createMediaClock(55, 60);
    advanceMedia(media, 60, 100);
    expect(media).toMatchObject({ phase: 'playing', startupMs: 100 });
  });

  test('stalls when it has played all it has, and goes on with ten seconds or the rest', () => {
    const media = createMediaClock(0, 25);
    advanceMedia(media, 10, 0);
    advanceMedia(media, 10, 10 * SECOND);
    expect(media).toMatchObject({ phase: 'stalled', stalls: [{ atMs: 10 * SECOND, positionSec: 10, tookMs: 0 }] });
    expect(stalledMsOf(media, 12 * SECOND)).toBe(2 * SECOND);
    expect(advanceMedia(media, 15, 13 * SECOND)).toBe(false);
    expect(advanceMedia(media, 20, 14 * SECOND)).toBe(true);
    expect(media.stalls).toEqual([{ atMs: 10 * SECOND, positionSec: 10, tookMs: 4 * SECOND }]);
    advanceMedia(media, 20, 24 * SECOND);
    expect(media.phase).toBe('stalled');
    advanceMedia(media, 25, 25 * SECOND);
    advanceMedia(media, 25, 30 * SECOND);
    expect(media).toMatchObject({ phase: 'ended', playedMs: 25 * SECOND });
    expect(stalledMsOf(media, 99 * SECOND)).toBe(5 * SECOND);
  });

  test('never plays what is not buffered, however late it is looked at', () => {
    const media = createMediaClock(0, 60);
    advanceMedia(media, 10, 0);
    expect(positionSecAt(media, 30 * SECOND)).toBe(10);
    advanceMedia(media, 10, 30 * SECOND);
    expect(media).toMatchObject({ phase: 'stalled', playedMs: 10 * SECOND });
  });

  test('a stall that lasts to the end counts until then', () => {
    const media = createMediaClock(0, 60);
    advanceMedia(media, 10, 0);
    advanceMedia(media, 10, 10 * SECOND);
    stopMedia(media, 13 * SECOND);
    expect(media.stalls[0]!.tookMs).toBe(3 * SECOND);
    expect(stalledMsOf(media, 20 * SECOND)).toBe(3 * SECOND);
  });
});
