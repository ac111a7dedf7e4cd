/** Answers questions about the record: thinned for charts, or as CSV. */
import type { MetricSample } from '../../contract/control/metrics.ts';
import { createThinning } from '../../core/metrics/thin.ts';
import { createTurns } from '../../platform/turns.ts';
import { csvHeader, csvRowsOf } from './csv.ts';
import { SAMPLE_MS, type History } from './history.ts';
import { HISTORY_MS } from './record-files.ts';

export interface TimeRange {
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

/** Rows of an export; a longer record is thinned to fit. About 10 MB of text, which every spreadsheet opens. */
export const EXPORT_ROWS_MAX = 100_000;

export interface ThinnedHistory {
  stepMs: number;
  samples: MetricSample[];
}

/** At most `samplesMax` samples of the range, which is cut to what there is. */
export const queryHistory = async (history: History, { fromMs, toMs, signal }: TimeRange, samplesMax: number, nowMs: number): Promise<ThinnedHistory> => {
  const oldestMs = (await history.oldestMs()) ?? nowMs;
  const firstMs = Math.max(fromMs ?? 0, oldestMs, nowMs - HISTORY_MS);
  const lastMs = Math.min(toMs ?? nowMs, nowMs);
  // One step more than the range is long, so that the sample at its very end has a place too.
  const stepMs = Math.max(SAMPLE_MS, Math.ceil((lastMs - firstMs + 1) / samplesMax));
  if (stepMs === SAMPLE_MS) {
    const samples: MetricSample[] = [];
    await history.read(firstMs, lastMs, (sample) => samples.push(sample), signal);
    return { stepMs, samples: samples.slice(-samplesMax) };
  }
  const thinning = createThinning(firstMs, stepMs);
  await history.read(firstMs, lastMs, thinning.add, signal);
  return { stepMs, samples: thinning.finish() };
};

const timeText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

export const exportHistory = async (history: History, range: TimeRange, rowsPerSample: number, nowMs: number): Promise<{ filename: string; text: string }> => {
  const samplesMax = Math.max(1, Math.floor(EXPORT_ROWS_MAX / Math.max(1, rowsPerSample)));
  const { stepMs, samples } = await queryHistory(history, range, samplesMax, nowMs);
  const giveWay = createTurns();
  const parts = [csvHeader];
  for (const sample of samples) {
    parts.push(csvRowsOf(sample, stepMs));
    await giveWay();
  }
  return { filename: `vstack-metrics-${timeText(samples.at(-1)?.atMs ?? nowMs)}.csv`, text: parts.join('') };
};
