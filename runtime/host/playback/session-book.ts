/**
 * The latest playback sessions, as their players report them. A session begins with its first report and is over when its player says so, or
 * has been silent for a while: a page that was closed in a hurry says nothing any more.
 */
import { type PlaybackChunk, type PlaybackReport, type PlaybackSession, SESSION_CHUNKS_MAX } from '../../contract/control/playback.ts';
import type { PlaybackSample } from '../../contract/control/metrics.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { goodputOfArrivals } from '../../core/scheduling/goodput.ts';
import type { Clock } from '../../platform/clock.ts';

/** Players report every second; a page in the background may be held back to one report in ten. */
export const SILENCE_MS_MAX = 15 * SECOND_MS;
/** An afternoon of a class; about 100 kB each with all their chunks. */
export const SESSIONS_MAX = 200;
/** The dashboard API's pace and length, as V-Stack publishes them. */
export const HISTORY_STEP_MS = 2 * SECOND_MS;
export const HISTORY_POINTS_MAX = 100;

export interface HistoryPoint {
  atMs: number;
  bufferSec: number;
  throughputBitsPerSecond: number | null;
  /** Score by node id; nodes that nothing was measured of are left out. */
  scores: Readonly<Record<string, number>>;
}

export interface SessionBookOptions {
  clock: Clock;
  /** After each report: the session, with the chunks of that report only. */
  onChange?(session: PlaybackSession): void;
  /** The picture stood still, `count` times since the report before. */
  onStall?(session: PlaybackSession, count: number): void;
  /** A node did not deliver a chunk and another one did. */
  onFailOver?(session: PlaybackSession, chunk: PlaybackChunk): void;
}

export interface SessionBook {
  report(report: PlaybackReport): void;
  /** The one that was reported last. */
  latest(): PlaybackSession | null;
  /** Youngest first. */
  list(limit: number): PlaybackSession[];
  /** The latest session's figures while it lives, for the record of measurements. */
  sample(): PlaybackSample | null;
  /** Of the latest session, oldest first. */
  history(): readonly HistoryPoint[];
}

interface Entry {
  session: PlaybackSession;
  history: HistoryPoint[];
  /** Sum and count of the buffer over reports while it played. */
  bufferSecSum: number;
  bufferCount: number;
}

const scoresOf = ({ nodes }: PlaybackReport): Record<string, number> =>
  Object.fromEntries(nodes.flatMap(({ nodeId, score }) => (score === null ? [] : [[nodeId, score]])));

export const createSessionBook = ({ clock, onChange, onStall, onFailOver }: SessionBookOptions): SessionBook => {
  /** In the order of their last reports, so that the oldest can be dropped and the last is the latest. */
  const entries = new Map<string, Entry>();

  const isSilent = (session: PlaybackSession): boolean => clock.wallMs() - session.atMs > SILENCE_MS_MAX;
  const asSeenNow = ({ session }: Entry): PlaybackSession => (session.isOver || !isSilent(session) ? session : { ...session, isOver: true });
  const last = (): Entry | undefined => [...entries.values()].at(-1);

  const remember = (entry: Entry, report: PlaybackReport, atMs: number): void => {
    if (report.phase === 'playing') {
      entry.bufferSecSum += report.bufferSec;
      entry.bufferCount += 1;
    }
    const previous = entry.history.at(-1);
    if (previous && atMs - previous.atMs < HISTORY_STEP_MS) return;
    entry.history.push({ atMs, bufferSec: report.bufferSec, throughputBitsPerSecond: report.throughputBitsPerSecond, scores: scoresOf(report) });
    if (entry.history.length > HISTORY_POINTS_MAX) entry.history.shift();
  };

  return {
    report(report) {
      const atMs = clock.wallMs();
      const known = entries.get(report.sessionId);
      const before = known?.session;
      const chunks = [...(before?.chunks ?? []), ...report.chunks].slice(-SESSION_CHUNKS_MAX);
      const entry: Entry = known ?? { session: { ...report, atMs, chunks, bufferSecMean: null, throughputBitsPerSecondMean: null }, history: [], bufferSecSum: 0, bufferCount: 0 };
      remember(entry, report, atMs);
      const bufferSecMean = entry.bufferCount === 0 ? null : entry.bufferSecSum / entry.bufferCount;
      entry.session = { ...report, atMs, chunks, bufferSecMean, throughputBitsPerSecondMean: goodputOfArrivals(chunks) };
      entries.delete(report.sessionId);
      entries.set(report.sessionId, entry);
      const [oldest] = entries.keys();
      if (entries.size > SESSIONS_MAX && oldest !== undefined) entries.delete(oldest);

      onChange?.({ ...entry.session, chunks: report.chunks });
      // A session that is first seen in its midst, after a restart of the host, has told its stalls before.
      const isFollowed = before !== undefined || report.playedMs === 0;
      const stallCount = isFollowed ? report.stallCount - (before?.stallCount ?? 0) : 0;
      if (stallCount > 0) onStall?.(entry.session, stallCount);
      for (const chunk of report.chunks) if (chunk.failedNodeIds.length > 0) onFailOver?.(entry.session, chunk);
    },
    latest: () => {
      const entry = last();
      return entry ? asSeenNow(entry) : null;
    },
    list: (limit) => [...entries.values()].slice(-limit).reverse().map(asSeenNow),
    sample: () => {
      const entry = last();
      if (!entry || asSeenNow(entry).isOver) return null;
      const { sessionId, videoId, phase, bufferSec, throughputBitsPerSecond, stallCount, nodes } = entry.session;
      return { sessionId, videoId, phase, bufferSec, throughputBitsPerSecond, stallCount, nodes };
    },
    history: () => last()?.history ?? [],
  };
};
