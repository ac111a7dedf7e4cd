/** The `vstack` program. */
import { exitCode } from './exit-codes.ts';
import { main } from './main.ts';
import { programLayout } from './program-layout.ts';

const aborter = new AbortController();
const onSignal = (): void => {
  // Asked twice, a person does not want to wait; children end by themselves when this process does.
  if (aborter.signal.aborted) process.exit(exitCode.cancelled);
  aborter.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

// The reader of a pipe may go before we do (`vstack logs | head`): nobody is left to read, so there is nothing left to say.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => aborter.abort());

const code = await main({
  args: process.argv.slice(2),
  layout: programLayout(import.meta.url),
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: aborter.signal,
});
// On some systems a pipe is written in the background; what was said must arrive before the process goes.
process.stdout.write('', () => process.exit(code));
