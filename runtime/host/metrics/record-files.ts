/** The names of the hour files, and what they say. */
import { HOUR_MS } from '../../contract/units.ts';
import { listDirectory } from '../../platform/files.ts';

/** How long measurements are kept. */
export const HISTORY_MS = 24 * HOUR_MS;

export interface SampleFile {
  name: string;
  isCompressed: boolean;
  fromMs: number;
  /** Exclusive. */
  untilMs: number;
}

/** The beginning of the hour. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS) * HOUR_MS;

/** `2026-11-23T05` without its signs. */
export const nameOfHour = (hourMs: number): string => `samples-${new Date(hourMs).toISOString().slice(0, 13).replace(/\D/g, '')}.jsonl`;

const NAME = /^samples-(\d{4})(\d\d)(\d\d)(\d\d)\.jsonl(\.gz)?$/;

/** All hours on disk, oldest first. After a crash in the middle of compressing, both twins of an hour are whole; the compressed one counts. */
export const sampleFiles = async (folder: string): Promise<SampleFile[]> => {
  const byHour = new Map<number, SampleFile>();
  for (const name of await listDirectory(folder)) {
    const match = NAME.exec(name);
    if (!match) continue;
    const [, year, month, day, hour, suffix] = match;
    const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
    byHour.set(fromMs, { name, isCompressed: suffix !== undefined, fromMs, untilMs: fromMs + HOUR_MS });
  }
  return [...byHour.values()].sort((a, b) => a.fromMs - b.fromMs);
};
