/** Lines that lie on one another: every line is drawn at its value plus the values of those below it, all at the same times. */
import { columnMsFor, type PointBuffer, windowOf } from './decimate.ts';
import type { SeriesRing } from './ring.ts';
import type { TimeRange } from './types.ts';

/**
 * Fills a buffer per ring with at most `pointCountMax` points each, at the times of the longest ring; of each column of the picture the last sample
 * stands for all, since the extremes of different lines lie at different times and do not add up. A missing value, or one older than `withinMs`,
 * counts as nothing; where all are missing there is a gap.
 */
export const stack = (rings: readonly SeriesRing[], range: TimeRange, pointCountMax: number, buffers: readonly PointBuffer[], withinMs: number): void => {
  for (const buffer of buffers) buffer.begin();
  const guide = rings.reduce<SeriesRing | undefined>((longest, ring) => (longest && longest.length >= ring.length ? longest : ring), undefined);
  if (guide) {
    const { first, end } = windowOf(guide, range);
    const columnMs = end - first > pointCountMax ? columnMsFor(range, pointCountMax * 2) : 1;
    for (let index = first; index < end; index++) {
      const atMs = guide.timeAt(index);
      if (Math.floor(atMs / columnMs) === Math.floor(guide.timeAt(index + 1) / columnMs) && index + 1 < end) continue;
      let sum = 0;
      const isGap = rings.every((ring) => Number.isNaN(ring.valueBefore(atMs, withinMs)));
      for (const [line, ring] of rings.entries()) {
        const value = ring.valueBefore(atMs, withinMs);
        if (!Number.isNaN(value)) sum += value;
        buffers[line]!.push(atMs, isGap ? NaN : sum);
      }
    }
  }
  for (const buffer of buffers) buffer.end();
};
