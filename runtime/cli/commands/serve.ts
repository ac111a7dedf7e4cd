/** `vstack serve`: the control center in a browser. */
import type { ClusterFile } from '../../contract/cluster-file.ts';
import type { ClusterStatus } from '../../contract/control/cluster.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext, CommandResult, OwnHost } from '../context.ts';
import { differenceText, pageDifferences } from './differences.ts';
import { ensureLaunched, launchCluster } from './launch.ts';
import { closeTelling, publicPart, readyLines, untilEnded } from './up.ts';

export interface ServeOptions {
  port: number;
  open: boolean;
  launch: boolean;
}

const tellAddress = async (url: string, isAttached: boolean, { open, port }: ServeOptions, context: CliContext): Promise<void> => {
  const { output } = context;
  const note = isAttached ? ['It is served by the host that runs already.'] : [output.paint('dim', 'Press Ctrl-C to stop.')];
  const ignored = isAttached ? pageDifferences(port, url) : [];
  output.event('serving', { url, attached: isAttached, ...(isAttached && { ignored }) }, [`V-Stack Control Center: ${url}`, ...note]);
  for (const difference of ignored) output.warning(differenceText(difference));
  if (open && !(await context.openInBrowser(url))) output.event('browser', { opened: false }, ['No browser could be opened. Copy the address into one.']);
};

const tellReady = (file: ClusterFile, status: ClusterStatus, context: CliContext): void =>
  context.output.event('ready', publicPart(file), readyLines(file, status, null, context));

const serveAttached = async (options: ServeOptions, context: CliContext): CommandResult => {
  if (options.launch) {
    const client = await context.attach();
    try {
      const { status } = await ensureLaunched(client, {}, context);
      tellReady(await context.readClusterFile(), status, context);
    } finally {
      client.close();
    }
  }
  await tellAddress(await context.signInUrl(), true, options, context);
};

/** A launch that fails is shown by the page, which also offers to try again; the door stays open. */
const launchTelling = async (host: OwnHost, context: CliContext): Promise<void> => {
  try {
    const status = await launchCluster(host.client, {}, context);
    tellReady(host.clusterFile(), status, context);
  } catch (error) {
    if (!context.signal.aborted) context.output.error(error);
  }
};

export const runServe = async (options: ServeOptions, context: CliContext): CommandResult => {
  let host: OwnHost;
  try {
    host = await context.startHost({ door: 'web', port: options.port });
  } catch (error) {
    if (error instanceof VStackError && error.code === 'already_running') return serveAttached(options, context);
    throw error;
  }
  try {
    await tellAddress(host.signInUrl, false, options, context);
    if (options.launch) await launchTelling(host, context);
    await untilEnded(host, context.signal);
  } catch (error) {
    await host.close();
    throw error;
  }
  await closeTelling(host, context);
};
