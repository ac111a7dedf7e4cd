/** The commands that measure: they play many sessions over a network that they break. */
import type { Command } from 'commander';
import { runCompare, runCompareList, type CompareOptions } from './commands/compare.ts';
import { runDemo } from './commands/demo.ts';
import { parseBlocks, parseClients, parseFormats, parseSeed, parseSessionSec } from './options.ts';
import { examples, type Run } from './program-parts.ts';

export const addLab = (program: Command, run: Run): void => {
  program
    .command('compare')
    .summary('compare the smart client with others, and save a report')
    .description(
      'Plays the same video with each client in turn, block after block, over links set to a condition, and tells how they differ with intervals and p values. ' +
        'Runs on the cluster of the data folder, which it launches for the time if none runs; the network is normal before and after. Exit code 99: a target was missed; 2: not all blocks could be played.',
    )
    .option('--condition <id>', 'what the network is like; --list tells them', 'one-slow-node')
    .option('--clients <names>', 'which clients, separated by commas (default: all)', parseClients)
    .option('--blocks <count>', 'blocks of one session per client; 30 carry a verdict (default: 5)', parseBlocks)
    .option('--session <seconds>', 'length of a session (default: 15)', parseSessionSec)
    .option('--seed <number>', 'makes every choice repeatable (default: drawn)', parseSeed)
    .option('--video <id>', 'the video to play (default: the sample, uploaded if need be)')
    .option('--virtual', 'in virtual time: the same clients and link model simulated, without a cluster', false)
    .option('--report <dir>', 'write the report into this folder too')
    .option('--format <names>', 'of those files: json, csv, html, markdown, separated by commas', parseFormats, ['html', 'json'])
    .option('--list', 'list conditions, clients and saved reports instead', false)
    .addHelpText('after', examples('vstack compare', 'vstack compare --condition node-killed --blocks 30 --report out', 'vstack compare --virtual --blocks 100 --clients smart,naive', 'vstack compare --list'))
    .action(({ list, ...options }: CompareOptions & { list: boolean }, command: Command) =>
      run(command.optsWithGlobals(), (context) => (list ? runCompareList(context) : runCompare(options, context))),
    );

  program
    .command('demo')
    .summary('show the five scenarios with the naive and the smart client, in under five minutes')
    .option('--video <id>', 'the video to play (default: the sample, uploaded if need be)')
    .addHelpText('after', examples('vstack demo'))
    .action((options: { video?: string }, command: Command) => run(command.optsWithGlobals(), (context) => runDemo(options, context)));
};
