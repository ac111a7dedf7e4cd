/** Which time a live chart shows. Pure. */
import { SECOND_MS } from '../../runtime/contract/units.ts';
import type { TimeRange } from './types.ts';

/** In the first seconds a line would otherwise run across the whole width and shrink as one looks. */
const SHOWN_MS_MIN = 30 * SECOND_MS;

/**
 * Up to now, and as far back as the window reaches; while the record is shorter than that, from its beginning, so that a young cluster does not
 * get a chart that is empty but for its edge. `sinceMs`: when the record begins; null where that is not known.
 */
export const liveRange = (nowMs: number, windowMs: number, sinceMs: number | null): TimeRange => {
  const backMs = sinceMs === null ? windowMs : Math.max(SHOWN_MS_MIN, nowMs - sinceMs);
  return { fromMs: nowMs - Math.min(windowMs, backMs), toMs: nowMs };
};
