/** `vstack up`: launches a cluster and keeps it running until Ctrl-C; where a host runs already, it launches through that one. */
import type { ClusterFile } from '../../contract/cluster-file.ts';
import type { ClusterStatus, LaunchOptions } from '../../contract/control/cluster.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult, OwnHost } from '../context.ts';
import { formatMs } from '../terminal/format.ts';
import { formatPairs } from '../terminal/table.ts';
import { differenceText, launchDifferences } from './differences.ts';
import { ensureLaunched, launchCluster, tellChanges } from './launch.ts';

export const publicPart = ({ secret: _secret, ...file }: ClusterFile): Omit<ClusterFile, 'secret'> => file;

export const readyLines = (file: ClusterFile, status: ClusterStatus, signInUrl: string | null, { output: { paint } }: CliContext): string[] => [
  '',
  `${paint('good', 'Ready')}${status.launchMs === null ? '' : ` in ${formatMs(status.launchMs)}`}: ${file.nodes.length} storage nodes.`,
  ...formatPairs(
    [['metadata', file.metadata_url ?? '–'], ['uploader', file.uploader_url ?? '–'], ...(signInUrl ? [['page', signInUrl] as const] : []), ['data', status.dataDir]],
    paint,
  ),
];

/** Resolves when the person or somebody else ends it. */
export const untilEnded = (host: OwnHost, signal: AbortSignal): Promise<void> =>
  Promise.race([host.closed, new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))]);

export const closeTelling = async (host: OwnHost, { output }: CliContext): Promise<void> => {
  output.status('Stopping…');
  await host.close();
  output.event('stopped', {}, ['Stopped.']);
};

const runOwn = async (host: OwnHost, options: LaunchOptions, context: CliContext): CommandResult => {
  const { output, signal } = context;
  try {
    const status = await launchCluster(host.client, options, context);
    const file = host.clusterFile();
    output.event('ready', publicPart(file), [...readyLines(file, status, host.signInUrl, context), output.paint('dim', 'Press Ctrl-C to stop.')]);
    const stopTelling = tellChanges(host.client, status, context);
    await untilEnded(host, signal);
    stopTelling();
  } catch (error) {
    await host.close();
    throw error;
  }
  await closeTelling(host, context);
};

const runAttached = async (options: LaunchOptions, context: CliContext): CommandResult => {
  const { output } = context;
  const client = await context.attach();
  try {
    const { status, wasUp } = await ensureLaunched(client, options, context);
    const ignored = wasUp ? launchDifferences(options, status) : [];
    const [file, signInUrl] = await Promise.all([context.readClusterFile(), context.signInUrl().catch(() => null)]);
    const note = `${wasUp ? 'It was running already' : 'It was launched'} in process ${file.pid}, which also stops it (\`vstack down\`).`;
    output.event('ready', { ...publicPart(file), attached: true, ignored }, [...readyLines(file, status, signInUrl, context), note]);
    for (const difference of ignored) output.warning(differenceText(difference));
  } finally {
    client.close();
  }
};

export const runUp = async (options: LaunchOptions, context: CliContext): CommandResult => {
  let host: OwnHost;
  try {
    host = await context.startHost({ door: 'cli', port: 0 });
  } catch (error) {
    if (error instanceof VStackError && error.code === 'already_running') return runAttached(options, context);
    throw error;
  }
  return runOwn(host, options, context);
};
