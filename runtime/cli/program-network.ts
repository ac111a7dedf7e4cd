/** The commands that bend the network between clients and nodes. */
import type { Command } from 'commander';
import { Partition } from '../contract/link.ts';
import { runNetDelete, runNetProfile, runNetProfiles, runNetReset, runNetSave, runNetSet, runNetShow, type SaveOptions } from './commands/net.ts';
import { runScenarioDelete, runScenarioExport, runScenarioImport, runScenarioList, runScenarioRun, runScenarioShow, runScenarioStop } from './commands/scenario.ts';
import { parseBursts, parseRate, parseRoundTrip, parseShare, parseSlowClose, type LinkOptions } from './link-options.ts';
import { oneOf, parseName, parseSeed } from './options.ts';
import { examples, type Run } from './program-parts.ts';

const withLinkOptions = (command: Command): Command =>
  command
    .option('--rtt <ms>', 'round trip to add, half of it each way', parseRoundTrip)
    .option('--jitter <ms>', 'spread of the round trip, ±', parseRoundTrip)
    .option('--rate <rate>', 'rate of each way, shared by all connections: 5mbit, 768kbit, unlimited', parseRate)
    .option('--down <rate>', 'rate towards clients, instead of --rate', parseRate)
    .option('--up <rate>', 'rate towards the node, instead of --rate', parseRate)
    .option('--loss <percent>', 'packets lost, each with this chance; they are sent again, as TCP would', parseShare)
    .option('--bursts <percents>', 'losses in bursts (Gilbert–Elliott): chance to turn bad, to turn good again, loss while bad', parseBursts)
    .option('--partition <which>', `nothing passes this way until it heals: ${Partition.options.join(', ')}`, oneOf(...Partition.options))
    .option('--failed <on|off>', 'as if the node were dead: connections are refused and reset', oneOf('on', 'off'))
    .option('--resets <percent>', 'new connections that are reset at some moment of their life', parseShare)
    .option('--slow-close <ms>', 'how long the end of a connection is held back', parseSlowClose);

const addNet = (program: Command, run: Run): void => {
  const net = program
    .command('net')
    .summary('show and set the links between clients and nodes')
    .description('Every node stands behind a link that can be slow, lossy, cut or dead. Figures are added to what this machine does; open connections feel a change at once and are not dropped by it.')
    .addHelpText('after', examples('vstack net show', 'vstack net set node-2 --rtt 150 --jitter 20 --rate 5mbit --loss 2%', 'vstack net set all --partition both', 'vstack net profile node-1 lte', 'vstack net reset'));

  net
    .command('show')
    .summary('show every link')
    .option('--measured', 'measure round trips and rates too, which takes a second', false)
    .addHelpText('after', examples('vstack net show', 'vstack net show --measured', 'vstack net show --json | jq -c ".links[] | {node_id, profile_id}"'))
    .action(({ measured }: { measured: boolean }, command: Command) => run(command.optsWithGlobals(), (context) => runNetShow({ measured }, context)));

  withLinkOptions(net.command('set <nodes...>'))
    .summary('change links; what is not named stays')
    .description('Changes the links of the named nodes, or of all; what is not named stays.')
    .addHelpText('after', examples('vstack net set node-2 --rtt 150 --jitter 20', 'vstack net set node-1 node-3 --rate 5mbit --up 1mbit', 'vstack net set all --loss 2%', 'vstack net set node-2 --partition both', 'vstack net set node-2 --failed on', 'vstack net set node-2 --rate unlimited --loss 0%'))
    .action((nodes: string[], options: LinkOptions, command: Command) => run(command.optsWithGlobals(), (context) => runNetSet(nodes, options, context)));

  net
    .command('profile [nodes] [profile]')
    .summary('set links to a profile; without arguments, list the profiles')
    .addHelpText('after', examples('vstack net profile', 'vstack net profile node-1 lte', 'vstack net profile node-1,node-2 3g', 'vstack net profile all normal'))
    .action((nodes: string | undefined, profile: string | undefined, _options: object, command: Command) => {
      if (nodes === undefined) return run(command.optsWithGlobals(), runNetProfiles);
      if (profile === undefined) return command.error("error: expected nodes and a profile, such as 'vstack net profile all lte'; without arguments, the profiles are listed");
      return run(command.optsWithGlobals(), (context) => runNetProfile(nodes, profile, context));
    });

  net
    .command('reset')
    .summary('back to normal: links, scenario, paused and stopped nodes')
    .description('Ends the scenario that runs, lets every link pass everything at once, resumes paused nodes and starts stopped ones.')
    .addHelpText('after', examples('vstack net reset'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runNetReset));

  withLinkOptions(net.command('save').argument('<name>', 'what it is called', parseName))
    .summary('save a profile of your own')
    .option('--from <node-id>', 'as the link of this node is set; further options change that')
    .option('--description <text>', 'what it stands for')
    .addHelpText('after', examples('vstack net save "Hotel Wi-Fi" --from node-2', 'vstack net save "Hotel Wi-Fi" --rtt 80 --jitter 40 --rate 2mbit --loss 1%'))
    .action((name: string, options: SaveOptions, command: Command) => run(command.optsWithGlobals(), (context) => runNetSave(name, options, context)));

  net
    .command('delete <profile>')
    .summary('delete a profile of your own')
    .addHelpText('after', examples('vstack net delete hotel-wi-fi'))
    .action((profile: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runNetDelete(profile, context)));
};

const addScenarios = (program: Command, run: Run): void => {
  const scenario = program
    .command('scenario')
    .summary('play timed scripts over links and processes')
    .addHelpText('after', examples('vstack scenario list', 'vstack scenario run node-failure --seed 7 --follow', 'vstack scenario stop', 'vstack scenario export chaos > mine.json', 'vstack scenario import mine.json'));

  scenario
    .command('list')
    .summary('list the scenarios, and the one that runs')
    .addHelpText('after', examples('vstack scenario list'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runScenarioList));

  scenario
    .command('show <scenario>')
    .summary('show the steps of a scenario')
    .addHelpText('after', examples('vstack scenario show network-degradation'))
    .action((id: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runScenarioShow(id, context)));

  scenario
    .command('run <scenario>')
    .summary('play a scenario against the running cluster')
    .description('Plays a scenario. Links are normal before its first step; at its end, or when it is stopped, everything is set back to normal.')
    .option('--seed <number>', 'the same seed makes the same random choices (default: another each time)', parseSeed)
    .option('-f, --follow', 'tell each step until the end; Ctrl-C stops the scenario', false)
    .addHelpText('after', examples('vstack scenario run chaos', 'vstack scenario run node-failure --seed 7 --follow'))
    .action((id: string, options: { seed?: number; follow: boolean }, command: Command) => run(command.optsWithGlobals(), (context) => runScenarioRun(id, options, context)));

  scenario
    .command('stop')
    .summary('stop the scenario that runs; everything is set back to normal')
    .addHelpText('after', examples('vstack scenario stop'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runScenarioStop));

  scenario
    .command('export <scenario>')
    .summary('print a scenario as JSON, to be edited and imported')
    .option('--out <file>', 'write it to a file')
    .addHelpText('after', examples('vstack scenario export chaos > mine.json', 'vstack scenario export chaos --out mine.json'))
    .action((id: string, options: { out?: string }, command: Command) => run(command.optsWithGlobals(), (context) => runScenarioExport(id, options, context)));

  scenario
    .command('import <file>')
    .summary('save a scenario from a file as one of your own')
    .option('--replace', 'replace your scenario of the same id instead of adding one', false)
    .addHelpText('after', examples('vstack scenario import mine.json', 'vstack scenario import mine.json --replace'))
    .action((file: string, options: { replace: boolean }, command: Command) => run(command.optsWithGlobals(), (context) => runScenarioImport(file, options, context)));

  scenario
    .command('delete <scenario>')
    .summary('delete a scenario of your own')
    .addHelpText('after', examples('vstack scenario delete mine'))
    .action((id: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runScenarioDelete(id, context)));
};

export const addNetwork = (program: Command, run: Run): void => {
  addNet(program, run);
  addScenarios(program, run);
};
