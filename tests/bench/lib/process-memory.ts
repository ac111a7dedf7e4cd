/** Memory and CPU time of processes, read while work runs. */
import { readFileSync } from 'node:fs';

/** VmRSS in bytes; undefined where there is no /proc or the process has ended. */
export const rssBytes = (pid: number): number | undefined => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024;
  } catch {
    return undefined;
  }
};

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICK_MS = 10;

/** User and system time so far; undefined where there is no /proc or the process has ended. */
export const cpuMs = (pid: number): number | undefined => {
  try {
    // Counted from behind the name, which may hold spaces: utime and stime are the 14th and 15th field of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
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
