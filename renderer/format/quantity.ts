/** Numbers for people. A quantity keeps its unit apart, because the unit is drawn quieter than the number. */
import { GIB, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from '../../runtime/contract/units.ts';

export interface Quantity {
  value: string;
  unit: string;
}

export const NOTHING = '–';

const DAY_MS = 24 * HOUR_MS;
const BITS_PER_MEGABIT = 1_000_000;

/** Three digits are enough to compare by eye: 9.87, 98.7, 987. */
const threeDigits = (value: number): string => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));

const byteUnitOf = (sizeBytes: number): { unitBytes: number; unit: string } => {
  if (sizeBytes < KIB) return { unitBytes: 1, unit: 'B' };
  if (sizeBytes < MIB) return { unitBytes: KIB, unit: 'KiB' };
  return sizeBytes < GIB ? { unitBytes: MIB, unit: 'MiB' } : { unitBytes: GIB, unit: 'GiB' };
};

/** In the unit of `scaleBytes`: figures that stand under each other to be compared share that of the largest. */
export const bytes = (sizeBytes: number | null, scaleBytes = sizeBytes ?? 0): Quantity => {
  if (sizeBytes === null) return { value: NOTHING, unit: '' };
  const { unitBytes, unit } = byteUnitOf(scaleBytes);
  return { value: unitBytes === 1 ? String(Math.round(sizeBytes)) : threeDigits(sizeBytes / unitBytes), unit };
};

export const bytesRate = (bytesPerSecond: number | null): Quantity => {
  const { value, unit } = bytes(bytesPerSecond);
  return { value, unit: unit && `${unit}/s` };
};

export const megabits = (bitsPerSecond: number | null): Quantity =>
  bitsPerSecond === null ? { value: NOTHING, unit: '' } : { value: threeDigits(bitsPerSecond / BITS_PER_MEGABIT), unit: 'Mbit/s' };

export const percent = (value: number | null): Quantity =>
  value === null ? { value: NOTHING, unit: '' } : { value: value.toFixed(1), unit: '%' };

/** A short span, as of a launch step or a download: milliseconds below one second. */
export const span = (ms: number | null): Quantity => {
  if (ms === null) return { value: NOTHING, unit: '' };
  return ms < SECOND_MS ? { value: ms.toFixed(0), unit: 'ms' } : { value: (ms / SECOND_MS).toFixed(2), unit: 's' };
};

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

/** A running time: `0:42`, `14:02`, `3:05:10`, `2 d 04 h`. */
export const clock = (ms: number | null): string => {
  if (ms === null) return NOTHING;
  const safeMs = Math.max(0, ms);
  if (safeMs >= DAY_MS) return `${Math.floor(safeMs / DAY_MS)} d ${two((safeMs % DAY_MS) / HOUR_MS)} h`;
  const minutes = Math.floor((safeMs % HOUR_MS) / MINUTE_MS);
  const seconds = two((safeMs % MINUTE_MS) / SECOND_MS);
  return safeMs >= HOUR_MS ? `${Math.floor(safeMs / HOUR_MS)}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
};

/** How long something will still take, rounded as people say it. */
export const remaining = (ms: number | null): string => {
  if (ms === null) return '';
  if (ms < SECOND_MS) return 'under a second';
  if (ms < MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s left`;
  return `${Math.ceil(ms / MINUTE_MS)} min left`;
};

/** `1 node`, `5 nodes`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export const timeOfDay = (atMs: number): string => {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};

/** Local date and time; today's shows the time alone. */
export const dateTime = (iso: string, nowMs: number): string => {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return NOTHING;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date(nowMs).toDateString()) return `Today ${time}`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
};

/** Local date; for today's the time. */
export const day = (iso: string, nowMs: number): string => {
  const full = dateTime(iso, nowMs);
  return full.startsWith('Today') ? full : full.split(' ')[0]!;
};
