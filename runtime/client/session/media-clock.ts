/**
 * A picture that is not shown: moves on while there is something buffered, stands while there is not, and keeps count. It is told how far the
 * buffer reaches and asks for nothing; times are milliseconds since the play command.
 *
 *   starting ── START_SEC buffered, or the rest ──▶ playing ── reached the end ──▶ ended
 *                                                   │    ▲
 *                                   buffer empty    ▼    │  START_SEC buffered again, or the rest
 *                                                  stalled
 */
import { START_SEC } from '../../contract/playback-marks.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { SessionPhase, SessionStall } from './types.ts';

/** Durations of segments are rounded, and so may the end be. */
const END_TOLERANCE_SEC = 0.02;

export interface MediaClock {
  phase: SessionPhase;
  /** Where it was at `atMs`. */
  positionSec: number;
  atMs: number;
  readonly endSec: number;
  untilSec: number;
  startupMs: number | null;
  playedMs: number;
  readonly stalls: SessionStall[];
}

export const createMediaClock = (startSec: number, endSec: number): MediaClock => ({
  phase: 'starting', positionSec: startSec, atMs: 0, endSec, untilSec: startSec, startupMs: null, playedMs: 0, stalls: [],
});

export const positionSecAt = ({ phase, positionSec, atMs, untilSec }: MediaClock, nowMs: number): number =>
  phase === 'playing' ? Math.min(untilSec, positionSec + (nowMs - atMs) / SECOND_MS) : positionSec;

export const bufferSecAt = (media: MediaClock, nowMs: number): number => Math.max(0, media.untilSec - positionSecAt(media, nowMs));

const isAtEnd = (media: MediaClock, atSec: number): boolean => atSec >= media.endSec - END_TOLERANCE_SEC;

const moveOn = (media: MediaClock, nowMs: number): void => {
  const positionSec = positionSecAt(media, nowMs);
  if (media.phase === 'playing') media.playedMs += (positionSec - media.positionSec) * SECOND_MS;
  media.positionSec = positionSec;
  media.atMs = nowMs;
};

const endStall = (media: MediaClock, nowMs: number): void => {
  const stall = media.stalls.at(-1)!;
  media.stalls[media.stalls.length - 1] = { ...stall, tookMs: nowMs - stall.atMs };
};

/** The buffer reaches until `untilSec` now. Returns whether the phase changed. */
export const advanceMedia = (media: MediaClock, untilSec: number, nowMs: number): boolean => {
  moveOn(media, nowMs);
  media.untilSec = untilSec;
  const { phase, positionSec } = media;
  const isEnough = untilSec - positionSec >= START_SEC || isAtEnd(media, untilSec);
  if (phase === 'starting' && isEnough) {
    media.phase = 'playing';
    media.startupMs = nowMs;
  } else if (phase === 'stalled' && isEnough) {
    media.phase = 'playing';
    endStall(media, nowMs);
  } else if (phase === 'playing' && isAtEnd(media, positionSec)) {
    media.phase = 'ended';
  } else if (phase === 'playing' && positionSec >= untilSec) {
    media.phase = 'stalled';
    media.stalls.push({ atMs: nowMs, positionSec, tookMs: 0 });
  }
  return media.phase !== phase;
};

/** Ends it where it is. */
export const stopMedia = (media: MediaClock, nowMs: number): void => {
  moveOn(media, nowMs);
  if (media.phase === 'stalled') endStall(media, nowMs);
  media.phase = 'ended';
};

/** How long until it has played all that is buffered; null while it stands. */
export const dryInMs = (media: MediaClock, nowMs: number): number | null => (media.phase === 'playing' ? bufferSecAt(media, nowMs) * SECOND_MS : null);

export const stalledMsOf = ({ stalls, phase }: MediaClock, nowMs: number): number =>
  stalls.reduce((sum, stall, index) => sum + (phase === 'stalled' && index === stalls.length - 1 ? nowMs - stall.atMs : stall.tookMs), 0);

export const playedMsAt = (media: MediaClock, nowMs: number): number => media.playedMs + (positionSecAt(media, nowMs) - media.positionSec) * SECOND_MS;
