/** The line of a sparkline, cut where values are missing. Pure. */

export interface SparklineShape {
  values: readonly (number | null)[];
  /** Values the full width holds; older ones are not drawn. */
  pointCount: number;
  widthPx: number;
  heightPx: number;
  /** The scale covers at least this. */
  ceiling: number;
}

/** An SVG path in pixels; empty where there is nothing to draw. A value between two gaps is a dot. */
export const sparklinePath = ({ values, pointCount, widthPx, heightPx, ceiling }: SparklineShape): string => {
  const drawn = values.slice(-pointCount);
  const top = Math.max(ceiling, ...drawn.map((value) => value ?? 0));
  const step = widthPx / (pointCount - 1);
  const startX = widthPx - (drawn.length - 1) * step;
  const at = (value: number, index: number): string => `${(startX + index * step).toFixed(1)} ${(heightPx - 1 - (top > 0 ? value / top : 0) * (heightPx - 2)).toFixed(1)}`;
  return drawn
    .map((value, index) => {
      if (value === null) return '';
      const isStart = (drawn[index - 1] ?? null) === null;
      const isAlone = isStart && (drawn[index + 1] ?? null) === null;
      // A line of no length is drawn as a dot by its round ends.
      return isStart ? `M${at(value, index)}${isAlone ? 'h0' : ''}` : `L${at(value, index)}`;
    })
    .join('');
};
