/** Runs one `vstack` command line and returns its exit code. Everything from outside comes as an argument, so that tests can stand in. */
import { resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { VStackError } from '../contract/errors.ts';
import { VERSION } from '../contract/version.ts';
import { attachToHost, attachToStartingHost, readClusterFile } from '../host/attach.ts';
import { defaultDataDir } from '../platform/data-dir.ts';
import { openInBrowser } from '../platform/system.ts';
import type { CliContext } from './context.ts';
import { exitCode, exitCodeOf } from './exit-codes.ts';
import { hostOrCancelled, runningSignInUrl, startOwnHost } from './own-host.ts';
import type { ProgramLayout } from './program-layout.ts';
import { createProgram } from './program.ts';
import type { Run } from './program-parts.ts';
import { createOutput, type TextStream } from './terminal/output.ts';

export interface MainOptions {
  /** Without the program and script: what the person typed. */
  args: readonly string[];
  layout: ProgramLayout;
  stdout: TextStream;
  stderr: TextStream;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
  /** Stands in for the real host in tests. */
  overrides?: Partial<Pick<CliContext, 'attach' | 'startHost' | 'readClusterFile' | 'signInUrl' | 'openInBrowser'>>;
}

/** A command that only holds others shows its help, which is no message. */
const usageText = ({ code, message }: CommanderError): string =>
  code === 'commander.help' ? 'Expected a command. Add --help without --json to see them all.' : message.replace(/^error: /, '');

/** What a person typed wrong is told by commander; with --json the last line must be an object all the same. */
const usageError = (error: CommanderError, { args, stdout, stderr, env }: MainOptions): number => {
  if (error.exitCode === 0) return exitCode.ok;
  if (args.includes('--json')) createOutput({ json: true, stdout, stderr, env }).error(new VStackError('bad_request', usageText(error)));
  return exitCode.usage;
};

export const main = async (options: MainOptions): Promise<number> => {
  const { args, layout, stdout, stderr, env, signal } = options;
  let code: number = exitCode.ok;

  const run: Run = async ({ data, json = false }, work) => {
    const dataDir = resolve(data ?? defaultDataDir());
    const output = createOutput({ json, stdout, stderr, env });
    let hasFoundHost = false;
    const context: CliContext = {
      dataDir,
      output,
      signal,
      attach: () => (hasFoundHost ? attachToStartingHost(dataDir) : attachToHost(dataDir)),
      async startHost(door) {
        try {
          return await hostOrCancelled(startOwnHost(dataDir, layout, door), signal);
        } catch (error) {
          hasFoundHost = error instanceof VStackError && error.code === 'already_running';
          throw error;
        }
      },
      readClusterFile: () => readClusterFile(dataDir),
      signInUrl: () => runningSignInUrl(dataDir),
      openInBrowser,
      ...options.overrides,
    };
    try {
      code = (await work(context)) ?? exitCode.ok;
    } catch (error) {
      output.error(error);
      code = exitCodeOf(error);
    }
  };

  const program = createProgram(run, layout, {
    defaultDataDir: defaultDataDir(),
    versionText: args.includes('--json') ? JSON.stringify({ event: 'result', version: VERSION }) : VERSION,
  });
  const speakThrough = (command: Command): void => {
    command.configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
    command.commands.forEach(speakThrough);
  };
  speakThrough(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = usageError(error, options);
  }
  return code;
};
