import { spawn } from 'node:child_process';

/** Runs a program in this one's place: same terminal, its signals, its exit code. */
export const runInstead = (command, args) => {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // In a terminal Ctrl-C reaches the whole process group, the child included: told twice, it would think of a second Ctrl-C.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`Could not start ${command}: ${error.message}. Run "npm ci" again.`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => (process.exitCode = signal ? 1 : (code ?? 1)));
};
