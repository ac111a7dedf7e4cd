/**
 * How fast bytes came in while any download was under way: the pauses of a full buffer are no slowness, and two downloads at once are counted
 * over the time they share, not over the sum of their times.
 */
import { SECOND_MS } from '../../contract/units.ts';

/** Long enough to span the pause between two segments of a full buffer, short enough to be called "now". */
export const GOODPUT_WINDOW_MS = 15 * SECOND_MS;

/** A time in which at least one download was active. */
export interface ActiveSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sizeBytes: number;
}

/** Without the spans that ended before the window. */
export const recentSpans = (spans: readonly ActiveSpan[], nowMs: number): ActiveSpan[] => spans.filter((span) => span.toMs > nowMs - GOODPUT_WINDOW_MS);

/** Bits a second over the spans of the window; null while nothing was active in it. */
export const goodputOf = (spans: readonly ActiveSpan[], nowMs: number): number | null => {
  const recent = recentSpans(spans, nowMs);
  const activeMs = recent.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  return activeMs > 0 ? (recent.reduce((sum, span) => sum + span.sizeBytes, 0) * 8 * SECOND_MS) / activeMs : null;
};

/** A chunk that arrived at `atMs`, `tookMs` after it was asked for. */
interface Arrival {
  readonly atMs: number;
  readonly tookMs: number;
  readonly sizeBytes: number;
}

/** Bits a second of all these chunks, in any order, over the time in which at least one of them was under way; null for none. */
export const goodputOfArrivals = (arrivals: readonly Arrival[]): number | null => {
  let activeMs = 0;
  let countedToMs = -Infinity;
  let sizeBytes = 0;
  const spans = arrivals.map(({ atMs, tookMs, ...rest }) => ({ fromMs: atMs - tookMs, toMs: atMs, ...rest })).sort((a, b) => a.fromMs - b.fromMs);
  for (const span of spans) {
    activeMs += Math.max(0, span.toMs - Math.max(span.fromMs, countedToMs));
    countedToMs = Math.max(countedToMs, span.toMs);
    sizeBytes += span.sizeBytes;
  }
  return activeMs > 0 ? (sizeBytes * 8 * SECOND_MS) / activeMs : null;
};
