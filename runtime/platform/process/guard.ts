/**
 * A paused child cannot notice that its supervisor died, so a small process watches in its place: its stdin is a pipe from here,
 * and when that pipe closes without a release it kills the child.
 */
import { execa } from 'execa';
import { VStackError } from '../../contract/errors.ts';
import { childEnvironment } from './environment.ts';
import type { ProcessIdentity } from './starter.ts';

/**
 * Given to `node --eval`, so that no further file has to be found. It kills only the very process it was given (pid and start time, where
 * the system tells it), and lives through a Ctrl-C that reaches the whole terminal.
 */
const PROGRAM = `
const { readFileSync } = require('node:fs');
const [pid, startTime] = process.argv.slice(1);
const isSame = () => {
  if (process.platform !== 'linux') return true;
  const stat = readFileSync('/proc/' + pid + '/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === startTime;
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdin.once('close', () => {
  try { if (isSame()) process.kill(Number(pid), 'SIGKILL'); } catch {}
  process.exit();
});
process.stdin.resume();
`;

export interface Guard {
  /** Lets the child go on without a guard. */
  release(): void;
}

/** Returns once the guard process exists: from then on the closing pipe reaches it, even if it has not read a line of its program yet. */
export const startGuard = (nodePath: string, child: ProcessIdentity): Guard => {
  const guard = execa(nodePath, ['--eval', PROGRAM, String(child.pid), child.startTime], {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    env: childEnvironment(),
    extendEnv: false,
    buffer: false,
    reject: false,
    cleanup: false,
  });
  if (guard.pid === undefined) throw new VStackError('internal', `The guard of process ${child.pid} could not be started, so the process was not paused.`);
  // Its pipe breaks when it is released; that is expected.
  guard.stdin.on('error', () => {});
  return { release: () => void guard.kill('SIGKILL') };
};
