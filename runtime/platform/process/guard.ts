/**
 * The last resort against orphans. A child ends by itself when its channel closes, but not if it is paused (by us or by anybody's SIGSTOP) or if
 * its event loop hangs. So one small process watches over all children of this one: its stdin is a pipe from here, and when that pipe closes
 * it gives the children a moment and then kills those that are still there.
 *
 *   host                                guard
 *     │── "+", pid, start time ───────────▶│  a child was launched
 *     │── "-", pid ───────────────────────▶│  it ended
 *     ╳── end of file ────────────────────▶│  the host is gone: wait, kill what is left, exit
 *
 * Fields are separated by tabs, lines end with a line feed.
 */
import { execa } from 'execa';
import { VStackError } from '../../contract/errors.ts';
import { childEnvironment } from './environment.ts';
import type { ProcessIdentity } from './starter.ts';

/** Children that notice that their host died are gone within a second; this is a little more. */
const GRACE_MS = 1500;

/**
 * Given to `node --eval`, so that no further file has to be found. It kills only the very processes it was told of (pid and start time, where
 * the system tells it), and lives through a Ctrl-C that reaches the whole terminal.
 */
const PROGRAM = `
const { readFileSync } = require('node:fs');
const watched = new Map();
const isSame = (pid, startTime) => {
  if (process.platform !== 'linux') return true;
  const stat = readFileSync('/proc/' + pid + '/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === startTime;
};
const killAll = () => {
  for (const [pid, startTime] of watched) {
    try { if (isSame(pid, startTime)) process.kill(Number(pid), 'SIGKILL'); } catch {}
  }
  process.exit();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
let rest = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const [sign, pid, startTime] = line.split('\\t');
    if (sign === '+') watched.set(pid, startTime);
    else watched.delete(pid);
  }
});
process.stdin.on('close', () => setTimeout(killAll, watched.size === 0 ? 0 : ${GRACE_MS}));
`;

/** Stands in the command line, for people who wonder what this process is. */
const LABEL = 'vstack-guard';

export interface Guard {
  /** From now on this process does not survive us. Starts the guard process with the first one. */
  watch(child: ProcessIdentity): void;
  /** It ended; the guard process ends with the last one. */
  forget(pid: number): void;
  /**
   * Makes sure that the guard process exists, before something is done that only it can undo. What was written to its pipe reaches it even if we
   * die before it has read a line of its program.
   * @throws VStackError internal when it cannot be started
   */
  ensure(): void;
}

export const createGuard = (nodePath: string): Guard => {
  const watched = new Map<number, ProcessIdentity>();
  let running: ReturnType<typeof launch> | undefined;

  const write = (fields: (string | number)[]): void => void running?.stdin.write(`${fields.join('\t')}\n`);

  const ensure = (): void => {
    if (running) return;
    const guard = launch(nodePath);
    if (guard.pid === undefined) throw new VStackError('internal', `The guard of the child processes could not be started with ${nodePath}.`);
    running = guard;
    // Somebody may kill it; the next child, or the next pause, brings up another one.
    void guard.then(() => {
      if (running === guard) running = undefined;
    });
    for (const { pid, startTime } of watched.values()) write(['+', pid, startTime]);
  };

  return {
    ensure,
    watch(child) {
      watched.set(child.pid, child);
      if (running) return write(['+', child.pid, child.startTime]);
      try {
        ensure();
      } catch {
        // Without a guard the child still ends with its channel, and the ledger names it; a pause, which needs the guard, will tell.
      }
    },
    forget(pid) {
      if (!watched.delete(pid)) return;
      write(['-', pid]);
      if (watched.size > 0) return;
      running?.stdin.end();
      running = undefined;
    },
  };
};

const launch = (nodePath: string) => {
  const guard = execa(nodePath, ['--eval', PROGRAM, LABEL], {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    env: childEnvironment(),
    extendEnv: false,
    buffer: false,
    reject: false,
    cleanup: false,
  });
  // Its pipe breaks when somebody kills it; that is dealt with where it ends.
  guard.stdin.on('error', () => {});
  // It watches over us, not we over it: it must not keep this process alive.
  guard.nodeChildProcess.unref();
  (guard.stdin as typeof guard.stdin & { unref?(): void }).unref?.();
  return guard;
};
