/** Charts for tests: content with overrides, and rings from lists. */
import { createSeriesRing, type SeriesRing } from '../../../../renderer/charts/ring.ts';
import type { ChartContent, ChartSeries } from '../../../../renderer/charts/types.ts';

export const ringOf = (samples: readonly (readonly [number, number | null])[]): SeriesRing => {
  const ring = createSeriesRing({ capacity: 20_000 });
  for (const [atMs, value] of samples) ring.append(atMs, value);
  return ring;
};

export const seriesOf = (name: string, samples: readonly (readonly [number, number | null])[], overrides: Partial<ChartSeries> = {}): ChartSeries => ({
  id: name, name, colour: 'var(--n1)', ring: ringOf(samples), ...overrides,
});

export const contentOf = (series: readonly ChartSeries[], overrides: Partial<ChartContent> = {}): ChartContent => ({
  label: 'Buffer', series, unit: 's', format: (value) => ({ value: value.toFixed(1), unit: 's' }), levels: [], marks: [], stacked: false, ...overrides,
});
