/**
 * Fewer points that look the same: of each column of the picture the lowest and the highest value, in the order they came, and a gap where there
 * was one. Columns are cut at fixed times, not from the edge of the picture, so that a scrolling line keeps its shape instead of shimmering.
 */
import type { SeriesRing } from './ring.ts';
import type { TimeRange } from './types.ts';

/** As Chart.js reads it when it is told not to parse. A NaN `y` breaks the line. */
export interface PlotPoint {
  x: number;
  y: number;
}

/** Points that are written over again and again, since a live chart would otherwise leave thousands behind with every drawing. */
export interface PointBuffer {
  readonly points: PlotPoint[];
  begin(): void;
  push(x: number, y: number): void;
  /** Cuts what an earlier, longer line has left. */
  end(): void;
}

export const createPointBuffer = (): PointBuffer => {
  const pool: PlotPoint[] = [];
  const points: PlotPoint[] = [];
  let count = 0;
  return {
    points,
    begin: () => {
      count = 0;
    },
    push: (x, y) => {
      const point = (pool[count] ??= { x, y });
      point.x = x;
      point.y = y;
      points[count] = point;
      count += 1;
    },
    end: () => {
      points.length = count;
    },
  };
};

/** The samples a picture of a range needs: those within and one on either side, so that the line reaches the edges. */
export const windowOf = (ring: SeriesRing, { fromMs, toMs }: TimeRange): { first: number; end: number } => ({
  first: Math.max(0, ring.indexFrom(fromMs) - 1),
  end: Math.min(ring.length, ring.indexFrom(toMs) + 1),
});

/** Writes the samples as they are. */
const copy = (ring: SeriesRing, first: number, end: number, buffer: PointBuffer): void => {
  for (let index = first; index < end; index++) buffer.push(ring.timeAt(index), ring.valueAt(index));
};

/** A gap as long as several columns is one break of the line. */
const pushGap = (buffer: PointBuffer, atMs: number, isBroken: boolean): boolean => {
  if (!isBroken) buffer.push(atMs, NaN);
  return true;
};

const thin = (ring: SeriesRing, first: number, end: number, columnMs: number, buffer: PointBuffer): void => {
  let isBroken = true;
  let index = first;
  while (index < end) {
    const columnEndMs = (Math.floor(ring.timeAt(index) / columnMs) + 1) * columnMs;
    let [lowMs, low, highMs, high, gapMs] = [NaN, Infinity, NaN, -Infinity, NaN];
    for (; index < end; index++) {
      const atMs = ring.timeAt(index);
      if (atMs >= columnEndMs) break;
      const value = ring.valueAt(index);
      if (Number.isNaN(value)) {
        // A gap before the first value of a column breaks the line at once, a later one when the column is done.
        if (low === Infinity) isBroken = pushGap(buffer, atMs, isBroken);
        else gapMs = atMs;
        continue;
      }
      if (value < low) [low, lowMs] = [value, atMs];
      if (value > high) [high, highMs] = [value, atMs];
    }
    if (low === Infinity) continue;
    isBroken = false;
    if (lowMs === highMs) buffer.push(lowMs, low);
    else if (lowMs < highMs) {
      buffer.push(lowMs, low);
      buffer.push(highMs, high);
    } else {
      buffer.push(highMs, high);
      buffer.push(lowMs, low);
    }
    if (!Number.isNaN(gapMs)) isBroken = pushGap(buffer, Math.max(gapMs, lowMs, highMs), isBroken);
  }
};

/** A column yields a lowest and a highest value, and at worst a gap besides. */
const POINTS_PER_COLUMN = 2;
const POINTS_PER_COLUMN_MAX = 3;

/** The width of a column for a number of points, in milliseconds; whole ones, so that the cuts stay where they are. */
export const columnMsFor = ({ fromMs, toMs }: TimeRange, pointCountMax: number): number =>
  Math.max(1, Math.ceil((toMs - fromMs) / Math.max(1, Math.floor(pointCountMax / POINTS_PER_COLUMN) - 2)));

/** Fills `buffer` with at most `pointCountMax` points that show what the ring holds of a range. */
export const decimate = (ring: SeriesRing, range: TimeRange, pointCountMax: number, buffer: PointBuffer): void => {
  const { first, end } = windowOf(ring, range);
  buffer.begin();
  if (end - first <= pointCountMax) copy(ring, first, end, buffer);
  else {
    const columnMs = columnMsFor(range, pointCountMax);
    thin(ring, first, end, columnMs, buffer);
    buffer.end();
    if (buffer.points.length > pointCountMax) {
      // Only a line with a gap in nearly every column needs this.
      buffer.begin();
      thin(ring, first, end, Math.ceil((columnMs * POINTS_PER_COLUMN_MAX) / POINTS_PER_COLUMN), buffer);
    }
  }
  buffer.end();
};
