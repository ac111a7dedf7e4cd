/** Tells one process from another that was given the same pid later, and leftovers of ours from strangers. */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { ProcessIdentity } from './starter.ts';

/** `ps` answers within milliseconds; a system where it hangs must not hang the launch. */
const PS_TIMEOUT_MS = 2000;

/** Field 22 of /proc/<pid>/stat, counted from the state, which follows the command's closing bracket. */
const START_TIME_INDEX = 19;

/** Start time of a living process; undefined when there is none with that pid, when it is a zombie, or when the system does not tell. */
export const readIdentity = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const startTime = process.platform === 'linux' ? await startTimeLinux(pid) : await ps(pid, 'lstart=');
  return startTime === undefined ? undefined : { pid, startTime };
};

/** The whole command line, arguments separated by spaces. */
export const readCommandLine = async (pid: number): Promise<string | undefined> => {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return text?.replaceAll('\0', ' ').trim();
};

/** Whether exactly this process runs, started with this nonce on its command line. */
export const isRunning = async (identity: ProcessIdentity, nonce: string): Promise<boolean> => {
  const [now, commandLine] = await Promise.all([readIdentity(identity.pid), readCommandLine(identity.pid)]);
  return now?.startTime === identity.startTime && commandLine !== undefined && commandLine.includes(nonce);
};

/** Ends a process for good; one that is gone already is fine. */
export const killProcess = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the look and the signal, which is what was wanted.
  }
};

const startTimeLinux = async (pid: number): Promise<string | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command may hold spaces and brackets itself, so the fields are counted from its last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[START_TIME_INDEX];
};

const ps = async (pid: number, column: string): Promise<string | undefined> => {
  if (process.platform === 'win32') return undefined;
  const { stdout, exitCode } = await execa('ps', ['-o', column, '-p', String(pid)], { reject: false, timeout: PS_TIMEOUT_MS });
  return exitCode === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
};
