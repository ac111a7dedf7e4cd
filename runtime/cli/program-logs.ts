/** The command that shows logs. */
import type { Command } from 'commander';
import { runLogs, type LogsOptions } from './commands/logs.ts';
import { collectSources, parseLevel, parseLimit } from './options.ts';
import { examples, type Run } from './program-parts.ts';

export const addLogs = (program: Command, run: Run): void => {
  program
    .command('logs')
    .summary('show the youngest log lines of every process')
    .option('--source <name>', 'only of this process: host, metadata, uploader, node-1, …; more than once for several', collectSources)
    .option('--level <level>', 'debug, info, warn or error, and what is graver', parseLevel, 'info')
    .option('--search <expression>', 'only lines that this regular expression fits, in their message or their fields; case does not count')
    .option('--limit <count>', 'at most so many (default: 200; with --export all that the host holds)', parseLimit)
    .option('-f, --follow', 'go on with what comes, until Ctrl-C', false)
    .option('--export <file>', 'write them to a file, one JSON object a line')
    .addHelpText('after', examples('vstack logs --level warn', 'vstack logs --source node-1 --source node-2 --follow', 'vstack logs --search "chunk-00[0-9]"', 'vstack logs --level debug --export cluster.jsonl'))
    .action(({ export: exportTo, ...options }: LogsOptions & { export?: string }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runLogs({ ...options, ...(exportTo !== undefined && { exportTo }) }, context)),
    );
};
