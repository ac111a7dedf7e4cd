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

/**
 * Whether a figure meets its target, where that begins with a bound (`≤ 5 ms`, `≥ 20,000`) or is a value to be equalled. Undefined where the
 * target is only words.
 */
export const isMet = ({ value, target }: Pick<Figure, 'value' | 'target'>): boolean | undefined => {
  if (target === undefined) return undefined;
  const bound = /^([≤≥])\s*([\d.,]+)/.exec(target);
  if (!bound) return typeof value === 'string' ? value === target : undefined;
  const measured = typeof value === 'number' ? value : parseFloat(value);
  const limit = Number(bound[2]!.replaceAll(',', ''));
  return bound[1] === '≤' ? measured <= limit : measured >= limit;
};

const VERDICTS = new Map<boolean | undefined, string>([[true, 'met'], [false, '**missed**'], [undefined, '']]);

/**
 * A Markdown table, so that figures go from the terminal into docs/performance.md unchanged; with --json one object instead. With --check a
 * missed target makes the program end with 1.
 */
export const printFigures = (title: string, figures: readonly Figure[]): void => {
  if (process.argv.includes('--check') && figures.some((figure) => isMet(figure) === false)) process.exitCode = 1;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ title, machine: machine(), figures: figures.map((figure) => ({ ...figure, met: isMet(figure) ?? null })) }));
    return;
  }
  console.log(`\n### ${title}\n\n${machine()}\n`);
  console.log('| figure | measured | target | | conditions |\n|---|---:|---|---|---|');
  for (const figure of figures) {
    const { name, value, unit, target, note } = figure;
    console.log(`| ${name} | ${format(value)} ${unit} | ${target ?? ''} | ${VERDICTS.get(isMet(figure))} | ${note ?? ''} |`);
  }
};
