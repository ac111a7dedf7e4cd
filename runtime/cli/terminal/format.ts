/** Quantities for people: three significant digits at most, units always beside the number. */
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const STEP = 1024;

const threeDigits = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

export const formatBytes = (bytes: number | null): string => {
  if (bytes === null) return '–';
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)} B` : `${threeDigits(value)} ${BYTE_UNITS[unit]}`;
};

export const formatRate = (bytesPerSecond: number | null): string => (bytesPerSecond === null ? '–' : `${formatBytes(bytesPerSecond)}/s`);

export const formatMs = (ms: number | null): string => {
  if (ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : formatClock(ms / 1000);
};

/** `1:02:03`, `4:05`. */
export const formatClock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
};

export const formatPercent = (percent: number | null, digits = 0): string => (percent === null ? '–' : `${percent.toFixed(digits)} %`);

/** `1 chunk`, `7 chunks`. */
export const formatCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
