/** Every command of `vstack`, its options, and its examples. What a command does stands in commands/. */
import { Command } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import { parseAuthentication, parseDataDir, parseNodes, parsePort, parsePortBase, parseReplicas } from './options.ts';
import { addLab } from './program-lab.ts';
import { addVideos } from './program-library.ts';
import { addLogs } from './program-logs.ts';
import type { ProgramLayout } from './program-layout.ts';
import { addNetwork } from './program-network.ts';
import { addObserving, addProgramCare } from './program-observe.ts';
import { examples, type GlobalOptions, type Run } from './program-parts.ts';
import { runDoctorCommand } from './commands/doctor.ts';
import { runRebuild } from './commands/rebuild.ts';
import { runServe, type ServeOptions } from './commands/serve.ts';
import { nodeActions, runDown, runNodeAction, runNodeAdd, runNodeRemove, runNodes, runStatus, type NodeAction } from './commands/status.ts';
import { runUp } from './commands/up.ts';

const exitCodesText = (): string => `\nExit codes:\n${exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}\n`;

interface UpOptions {
  nodes?: number;
  portBase?: number;
  replicas?: number;
  auth?: 'on' | 'off';
}

const addRunning = (program: Command, run: Run): void => {
  program
    .command('up')
    .summary('launch a cluster and keep it running until Ctrl-C')
    .description('Launches the metadata service, the link emulator, storage nodes and the uploader, tells each step, and keeps them running until Ctrl-C. Where a host runs in the data folder already, it launches through that one.')
    .option('--nodes <count>', 'storage nodes of a new cluster; an existing one grows to as many, but never shrinks (default: the setting, 5)', parseNodes)
    .option('--port-base <port>', 'metadata takes this port, nodes (their links) the next three, the uploader the fifth; 0: the system chooses (default: the setting, 0)', parsePortBase)
    .option('--replicas <count>', 'full copies of each chunk of new videos; those that exist keep theirs (default: the setting, 3)', parseReplicas)
    .option('--auth <on|off>', 'off: services ask for no secret, for compatibility runs with old clients (default: the setting, on)', parseAuthentication)
    .addHelpText('after', examples('vstack up', 'vstack up --nodes 3 --data /tmp/try', 'vstack up --port-base 8080 --auth off', 'vstack up --nodes 5 --replicas 5', 'vstack up --json | jq -c'))
    .action((_options: UpOptions, command: Command) => {
      const options = command.optsWithGlobals<UpOptions & GlobalOptions>();
      const { nodes: nodeCount, portBase, auth: authentication, replicas: replicaCount } = options;
      const wish = {
        ...(nodeCount !== undefined && { nodeCount }),
        ...(portBase !== undefined && { portBase }),
        ...(authentication && { authentication }),
        ...(replicaCount !== undefined && { replicaCount }),
      };
      return run(options, (context) => runUp(wish, context));
    });

  program
    .command('serve')
    .summary('show the control center in a browser')
    .description('Serves the control center on loopback, prints one address that opens signed in, and opens the browser.')
    .option('--port <port>', 'port of the page; 0: the system chooses', parsePort, 0)
    .option('--no-open', 'do not open a browser')
    .option('--launch', 'launch the cluster at once', false)
    .addHelpText('after', examples('vstack serve', 'vstack serve --port 8888 --no-open --launch'))
    .action((_options: ServeOptions, command: Command) => {
      const options = command.optsWithGlobals<ServeOptions & GlobalOptions>();
      return run(options, (context) => runServe(options, context));
    });

  program
    .command('down')
    .summary('stop the cluster and its host, wherever it was started')
    .addHelpText('after', examples('vstack down'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runDown));

  program
    .command('status')
    .summary('show what runs')
    .addHelpText('after', examples('vstack status', 'vstack status --json | jq .phase'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runStatus));
};

const addNodes = (program: Command, run: Run): void => {
  const nodes = program
    .command('nodes')
    .summary('list the storage nodes, or stop, start, kill, pause, add, remove one')
    .addHelpText('after', examples('vstack nodes', 'vstack nodes kill node-2', 'vstack nodes pause node-1', 'vstack nodes add', 'vstack nodes remove node-4 --delete-data'))
    .allowExcessArguments()
    .action((_options: object, command: Command) => {
      const [action] = command.args;
      if (action !== undefined) command.error(`error: unknown action ${action}; known: ${command.commands.map((known) => known.name()).join(', ')}`);
      return run(command.optsWithGlobals(), runNodes);
    });
  const summaries: Record<NodeAction, string> = {
    stop: 'stop a node cleanly', start: 'start a stopped or crashed node', restart: 'stop a node cleanly and start it again',
    kill: 'kill a node (SIGKILL); the supervisor restarts it', pause: 'freeze a node (SIGSTOP)', resume: 'let a paused node go on',
  };
  for (const action of nodeActions) {
    nodes
      .command(`${action} <node-id>`)
      .summary(summaries[action])
      .action((nodeId: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runNodeAction(action, nodeId, context)));
  }
  nodes.command('add').summary('add a node to the running cluster').action((_options: object, command: Command) => run(command.optsWithGlobals(), runNodeAdd));
  nodes
    .command('remove <node-id>')
    .summary('stop a node and take it out of the cluster')
    .option('--delete-data', 'delete its data too', false)
    .action((nodeId: string, { deleteData }: { deleteData: boolean }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runNodeRemove(nodeId, deleteData, context)),
    );
};

const addCare = (program: Command, run: Run, layout: ProgramLayout): void => {
  program
    .command('metadata')
    .summary('care for the metadata database')
    .command('rebuild')
    .summary('restore the database from the nodes; the old one is kept aside')
    .addHelpText('after', examples('vstack metadata rebuild'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), runRebuild));

  program
    .command('doctor')
    .summary('look for what could keep a cluster from running')
    .addHelpText('after', examples('vstack doctor', 'vstack doctor --json'))
    .action((_options: object, command: Command) => run(command.optsWithGlobals(), (context) => runDoctorCommand(layout, context)));
};

export interface ProgramTexts {
  defaultDataDir: string;
  /** What `--version` prints. */
  versionText: string;
}

export const createProgram = (run: Run, layout: ProgramLayout, { defaultDataDir, versionText }: ProgramTexts): Command => {
  const program = new Command('vstack')
    .description('V-Stack Control Center: launch, watch and use a real V-Stack cluster on this machine.')
    .version(versionText, '--version', 'print the version')
    .option('--data <dir>', `the data folder, which is the cluster (default: ${defaultDataDir})`, parseDataDir)
    .option('--json', 'print one JSON object a line; the last one is the result')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for help)')
    .exitOverride();
  program.addHelpText('after', examples('vstack up --nodes 3', 'vstack upload --sample', 'vstack videos', 'vstack serve --launch') + exitCodesText());
  addRunning(program, run);
  addNodes(program, run);
  addVideos(program, run);
  addLogs(program, run);
  addNetwork(program, run);
  addObserving(program, run);
  addLab(program, run);
  addCare(program, run, layout);
  addProgramCare(program, run);
  return program;
};
