/** The commands that watch a cluster and care for the program; the others stand in program.ts. */
import type { Command } from 'commander';
import { runCall, runCancelUpload, runDataFolder, runDiagnostics, runSettings, runUploads } from './commands/program-care.ts';
import { runEvents, runMetrics, runSessions } from './commands/observe.ts';
import { examples, type Run } from './program-parts.ts';
import { parseLimit } from './options.ts';

export const addObserving = (program: Command, run: Run): void => {
  program
    .command('metrics')
    .summary('show what is measured of every node, or export the record of a day')
    .option('--export <file>', 'write all measurements of the last 24 hours as CSV')
    .addHelpText('after', examples('vstack metrics', 'vstack metrics --export day.csv', 'vstack metrics --json | jq .summary.load_deviation'))
    .action(({ export: exportTo }: { export?: string }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runMetrics(exportTo === undefined ? {} : { exportTo }, context)),
    );

  program
    .command('events')
    .summary('show what happened in the cluster, oldest first')
    .option('--limit <count>', 'at most so many', parseLimit, 50)
    .option('-f, --follow', 'go on with what comes, until Ctrl-C', false)
    .addHelpText('after', examples('vstack events', 'vstack events --follow --json'))
    .action((options: { limit: number; follow: boolean }, command: Command) => run(command.optsWithGlobals(), (context) => runEvents(options, context)));

  program
    .command('sessions')
    .summary('show the latest playback sessions, youngest first')
    .option('--limit <count>', 'at most so many', parseLimit, 20)
    .addHelpText('after', examples('vstack sessions'))
    .action((options: { limit: number }, command: Command) => run(command.optsWithGlobals(), (context) => runSessions(options, context)));
};

export const addProgramCare = (program: Command, run: Run): void => {
  program
    .command('settings [name=value...]')
    .summary('show the settings, or change some')
    .addHelpText('after', examples('vstack settings', 'vstack settings nodeCount=3 theme=dark', 'vstack settings portBase=8080'))
    .action((assignments: string[], _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runSettings(assignments, context)));

  program
    .command('data-folder [path]')
    .summary('show or choose the data folder of the next start')
    .option('--reset', 'go back to the usual place', false)
    .addHelpText('after', examples('vstack data-folder', 'vstack data-folder /mnt/videos', 'vstack data-folder --reset'))
    .action((path: string | undefined, { reset }: { reset: boolean }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runDataFolder({ reset, ...(path !== undefined && { path }) }, context)),
    );

  program
    .command('diagnostics')
    .summary('versions, machine, state and last problems as text, without secrets')
    .option('--out <file>', 'write it to a file')
    .addHelpText('after', examples('vstack diagnostics', 'vstack diagnostics --out report.md'))
    .action((options: { out?: string }, command: Command) => run(command.optsWithGlobals(), (context) => runDiagnostics(options, context)));

  const uploads = program
    .command('uploads')
    .summary('list the uploads, or cancel one')
    .addHelpText('after', examples('vstack uploads', 'vstack uploads cancel SESSION'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runUploads));
  uploads
    .command('cancel <session>')
    .summary('cancel an upload; nothing of it stays behind')
    .action((sessionId: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runCancelUpload(sessionId, context)));

  program
    .command('call [name] [input]')
    .summary('run any call of the control contract by its name')
    .description('Runs any call of the control contract, as the page does, with its input as JSON. Without a name it lists them all.')
    .addHelpText('after', examples('vstack call', 'vstack call cluster:status', `vstack call nodes:pause '{"nodeId":"node-2"}'`))
    .action((name: string | undefined, input: string | undefined, _options: object, command: Command) =>
      run(command.optsWithGlobals(), (context) => runCall(name, input ?? '{}', context)),
    );
};
