/** Every command of `vstack`, its options, and its examples. What a command does stands in commands/. */
import { Command } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import { parseAuthentication, parseDataDir, parseLevel, parseLimit, parseNodes, parseOffset, parsePort, parsePortBase, parseTitle } from './options.ts';
import type { ProgramLayout } from './program-layout.ts';
import { addObserving, addProgramCare } from './program-observe.ts';
import { examples, type GlobalOptions, type Run } from './program-parts.ts';
import { runDoctorCommand } from './commands/doctor.ts';
import { runLogs, type LogsOptions } from './commands/logs.ts';
import { runPlay, type PlayOptions } from './commands/play.ts';
import { runRebuild } from './commands/rebuild.ts';
import { runServe, type ServeOptions } from './commands/serve.ts';
import { nodeActions, runDown, runNodeAction, runNodeAdd, runNodeRemove, runNodes, runStatus, type NodeAction } from './commands/status.ts';
import { runUp } from './commands/up.ts';
import { runUpload, type UploadOptions } from './commands/upload.ts';
import { runDelete, runManifest, runVideos } from './commands/videos.ts';

const exitCodesText = (): string => `\nExit codes:\n${exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}\n`;

interface UpOptions {
  nodes?: number;
  portBase?: number;
  auth?: 'on' | 'off';
}

const addRunning = (program: Command, run: Run): void => {
  program
    .command('up')
    .summary('launch a cluster and keep it running until Ctrl-C')
    .description('Launches the metadata service, storage nodes and the uploader, tells each step, and keeps them running until Ctrl-C. Where a host runs in the data folder already, it launches through that one.')
    .option('--nodes <count>', 'storage nodes of a new cluster; an existing one grows to as many, but never shrinks (default: the setting, 5)', parseNodes)
    .option('--port-base <port>', 'metadata takes this port, nodes the next three, the uploader the fifth; 0: the system chooses (default: the setting, 0)', parsePortBase)
    .option('--auth <on|off>', 'off: services ask for no secret, for compatibility runs with old clients (default: the setting, on)', parseAuthentication)
    .addHelpText('after', examples('vstack up', 'vstack up --nodes 3 --data /tmp/try', 'vstack up --port-base 8080 --auth off', 'vstack up --json | jq -c'))
    .action((_options: UpOptions, command: Command) => {
      const options = command.optsWithGlobals<UpOptions & GlobalOptions>();
      const { nodes: nodeCount, portBase, auth: authentication } = options;
      return run(options, (context) =>
        runUp({ ...(nodeCount !== undefined && { nodeCount }), ...(portBase !== undefined && { portBase }), ...(authentication && { authentication }) }, context),
      );
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

const addVideos = (program: Command, run: Run): void => {
  program
    .command('upload [file]')
    .summary('store a video; Ctrl-C cancels')
    .description('Stores a video file: MP4, MOV, MKV, WebM, MPEG-TS; AVI and FLV with a system ffmpeg. The file is read in place. Ctrl-C cancels, and nothing stays behind.')
    .option('--title <title>', "the video's title (default: the file's name)", parseTitle)
    .option('--sample', 'store the sample video that comes with the program', false)
    .addHelpText('after', examples('vstack upload film.mp4', 'vstack upload film.mkv --title "A film"', 'vstack upload --sample --json'))
    .action((file: string | undefined, options: UploadOptions, command: Command) =>
      run(command.optsWithGlobals(), (context) => runUpload(file, options, context)),
    );

  program
    .command('videos')
    .summary('list the stored videos, youngest first')
    .option('--limit <count>', 'at most so many', parseLimit, 100)
    .option('--offset <count>', 'leave out so many of the youngest', parseOffset, 0)
    .addHelpText('after', examples('vstack videos', 'vstack videos --json | jq -r ".videos[].video_id"'))
    .action(({ limit, offset }: { limit: number; offset: number }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runVideos({ limit, offset }, context)),
    );

  program
    .command('manifest <video-id>')
    .summary('show the chunks of a video and the nodes that hold them')
    .addHelpText('after', examples('vstack manifest vid-0123456789ab', 'vstack manifest vid-0123456789ab --json | jq ".chunks[0].replicas"'))
    .action((videoId: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runManifest(videoId, context)));

  program
    .command('play <video-id>')
    .summary('download a video in order, check every hash, report how it went')
    .description('Downloads the chunks in order, asks the next node when one fails, checks every SHA-256, and reports start-up, throughput and failures.')
    .option('--out <file>', 'write the video (MP4) to a file')
    .option('--dashboard', 'open the page on this video instead', false)
    .addHelpText('after', examples('vstack play vid-0123456789ab', 'vstack play vid-0123456789ab --out film.mp4', 'vstack play vid-0123456789ab --dashboard'))
    .action((videoId: string, options: PlayOptions, command: Command) => run(command.optsWithGlobals(), (context) => runPlay(videoId, options, context)));

  program
    .command('delete <video-id...>')
    .summary('delete videos and collect their chunks')
    .addHelpText('after', examples('vstack delete vid-0123456789ab'))
    .action((videoIds: string[], _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runDelete(videoIds, context)));
};

const addCare = (program: Command, run: Run, layout: ProgramLayout): void => {
  program
    .command('logs')
    .summary('show the youngest log lines of every process')
    .option('--source <name>', 'only of this process: host, metadata, uploader, node-1, …')
    .option('--level <level>', 'debug, info, warn or error, and what is graver', parseLevel, 'info')
    .option('--limit <count>', 'at most so many', parseLimit, 200)
    .option('-f, --follow', 'go on with what comes, until Ctrl-C', false)
    .addHelpText('after', examples('vstack logs --level warn', 'vstack logs --source node-1 --follow'))
    .action((options: LogsOptions, command: Command) => run(command.optsWithGlobals(), (context) => runLogs(options, context)));

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
  addObserving(program, run);
  addCare(program, run, layout);
  addProgramCare(program, run);
  return program;
};
