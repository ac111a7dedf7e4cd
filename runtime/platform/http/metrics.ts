/**
 * Prometheus text exposition (version 0.0.4), base units, every name with the `vstack_` prefix. Small on purpose: counters, gauges that
 * are read when asked, and histograms with fixed buckets.
 */
type Labels = Readonly<Record<string, string>>;

/** Seconds. Wide enough for a cached HEAD and for a stalled disk. */
export const LATENCY_SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

const escape = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const lines = (name: string, value: number | [Labels, number][]): string[] =>
  (typeof value === 'number' ? [[{}, value] as [Labels, number]] : value).map(([labels, each]) => `vstack_${name}${labelText(labels)} ${each}`);

interface Histogram {
  labels: Labels;
  counts: number[];
  sum: number;
  count: number;
}

export const createMetrics = () => {
  const families: { name: string; text(): string[] }[] = [];

  const family = (name: string, type: string, help: string, samples: () => string[]): void => {
    families.push({ name, text: () => [`# HELP vstack_${name} ${help}`, `# TYPE vstack_${name} ${type}`, ...samples()] });
  };

  return {
    counter(name: string, help: string) {
      const values = new Map<string, number>();
      family(name, 'counter', help, () => [...values].map(([labels, value]) => `vstack_${name}${labels} ${value}`));
      return (labels: Labels = {}, by = 1): void => {
        const key = labelText(labels);
        values.set(key, (values.get(key) ?? 0) + by);
      };
    },
    /** `read` is asked at scrape time, so a gauge is never stale. */
    gauge(name: string, help: string, read: () => number | [Labels, number][]): void {
      family(name, 'gauge', help, () => lines(name, read()));
    },
    /** A counter that somebody else keeps; `read` is asked at scrape time. */
    readCounter(name: string, help: string, read: () => number | [Labels, number][]): void {
      family(name, 'counter', help, () => lines(name, read()));
    },
    histogram(name: string, help: string, buckets: readonly number[] = LATENCY_SECONDS_BUCKETS) {
      const series = new Map<string, Histogram>();
      family(name, 'histogram', help, () =>
        [...series.values()].flatMap(({ labels, counts, sum, count }) => {
          let cumulative = 0;
          const text = buckets.map((bound, index) => {
            cumulative += counts[index]!;
            return `vstack_${name}_bucket${labelText({ ...labels, le: String(bound) })} ${cumulative}`;
          });
          text.push(`vstack_${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`);
          return [...text, `vstack_${name}_sum${labelText(labels)} ${sum}`, `vstack_${name}_count${labelText(labels)} ${count}`];
        }),
      );
      return (value: number, labels: Labels = {}): void => {
        const key = labelText(labels);
        let entry = series.get(key);
        if (!entry) series.set(key, (entry = { labels, counts: buckets.map(() => 0), sum: 0, count: 0 }));
        const index = buckets.findIndex((bound) => value <= bound);
        if (index >= 0) entry.counts[index]!++;
        entry.sum += value;
        entry.count++;
      };
    },
    text: (): string => `${families.flatMap((each) => each.text()).join('\n')}\n`,
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
