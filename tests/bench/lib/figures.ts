/** Small statistics and one way to print what was measured. */
import { cpus, platform, release, totalmem } from 'node:os';

/** Nearest-rank percentile, p in 0–100. */
export const percentile = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
};

export const median = (values: readonly number[]): number => percentile(values, 50);

export interface Figure {
  name: string;
  value: number | string;
  unit: string;
  /** What the issue or the design aims at, in words; absent when nothing was promised. */
  target?: string;
  /** Sample size and conditions. */
  note?: string;
}

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}, Node ${process.version}`;

const format = (value: number | string): string =>
  typeof value === 'string' ? value : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A Markdown table, so that figures go from the terminal into docs/performance.md unchanged; with --json one object instead. */
export const printFigures = (title: string, figures: readonly Figure[]): void => {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ title, machine: machine(), figures }));
    return;
  }
  console.log(`\n### ${title}\n\n${machine()}\n`);
  console.log('| figure | measured | target | conditions |\n|---|---:|---|---|');
  for (const { name, value, unit, target, note } of figures) console.log(`| ${name} | ${format(value)} ${unit} | ${target ?? ''} | ${note ?? ''} |`);
};
