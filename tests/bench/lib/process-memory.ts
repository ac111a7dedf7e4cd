/** Peak memory of processes, sampled while work runs. */
import { readFileSync } from 'node:fs';

/** VmRSS in bytes; undefined where there is no /proc or the process has ended. */
export const rssBytes = (pid: number): number | undefined => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024;
  } catch {
    return undefined;
  }
};

export const nameOf = (pid: number): string => {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return args.map((arg) => /([^/]+)\.js$/.exec(arg)?.[1]).find((name) => name !== undefined) ?? String(pid);
  } catch {
    return String(pid);
  }
};

/** Samples until the returned function is called, which gives the peak of each process. */
export const watchMemory = (pids: readonly number[], everyMs = 50): (() => Map<number, number>) => {
  const peaks = new Map<number, number>();
  const timer = setInterval(() => {
    for (const pid of pids) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, rssBytes(pid) ?? 0));
  }, everyMs);
  return () => {
    clearInterval(timer);
    return peaks;
  };
};
