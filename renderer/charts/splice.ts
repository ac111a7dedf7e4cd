import type { SeriesRing } from './ring.ts';
import type { TimeRange } from './types.ts';

/** Puts the samples of another ring in the place of what a ring holds of a range; without another, takes them out. */
export const spliceRing = (ring: SeriesRing, { fromMs, toMs }: TimeRange, closer?: SeriesRing): void => {
  const times: number[] = [];
  const values: number[] = [];
  const take = (source: SeriesRing, isWanted: (atMs: number) => boolean): void => {
    for (let index = 0; index < source.length; index++) {
      if (!isWanted(source.timeAt(index))) continue;
      times.push(source.timeAt(index));
      values.push(source.valueAt(index));
    }
  };
  take(ring, (atMs) => atMs < fromMs);
  if (closer) take(closer, (atMs) => atMs >= fromMs && atMs <= toMs);
  take(ring, (atMs) => atMs > toMs);
  ring.clear();
  ring.appendMany(times, values);
};
