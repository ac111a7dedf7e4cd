/** `vstack net`: the links between clients and nodes, how they are set and what they do. */
import type { LinkSample, LinkStatus, NetworkSample, NetworkStatus } from '../../contract/control/network.ts';
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import { changeLink, normalLink } from '../../contract/link.ts';
import type { NetworkProfile } from '../../contract/network.ts';
import { linkText, lossText, partitionText, rateText, roundTripText, shareText } from '../../contract/link-words.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { linkChangeOf, nodesOf, type LinkOptions } from '../link-options.ts';
import { formatMs, formatPercent } from '../terminal/format.ts';
import { printable, type Paint } from '../terminal/style.ts';
import { formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

/** The first sample begins to count, the second knows rates; a link that answers nobody takes its patience. */
const SAMPLE_MS_MAX = 10_000;

const COLUMNS: readonly Column[] = [
  { title: 'NODE' }, { title: 'STATE' }, { title: 'ADDED RTT', align: 'right' }, { title: 'DOWN', align: 'right' }, { title: 'UP', align: 'right' }, { title: 'LOSS', align: 'right' }, { title: 'PROFILE' },
];
const MEASURED: readonly Column[] = [{ title: 'RTT', align: 'right' }, { title: 'NOW DOWN', align: 'right' }, { title: 'NOW UP', align: 'right' }, { title: 'HELD', align: 'right' }];
const ADDRESS: Column = { title: 'ADDRESS' };

const stateOf = ({ settings, isNormal }: LinkStatus, paint: Paint): string => {
  if (settings.isFailed) return paint('bad', 'failed');
  const partitioned = partitionText[settings.partition];
  if (partitioned !== undefined) return paint('bad', partitioned);
  return isNormal ? paint('good', 'normal') : paint('warn', settings.resetShare > 0 ? `${shareText(settings.resetShare)} reset` : 'shaped');
};

const bothWays = (down: string, up: string): string => (down === up ? down : `${down} / ${up}`);
const lossOf = ({ toClient, toNode }: LinkStatus['settings']): string => bothWays(lossText(toClient.loss), lossText(toNode.loss)).replaceAll(' loss', '');

const measuredCells = (sample: LinkSample | undefined): string[] =>
  sample
    ? [sample.rttMs === null ? 'no answer' : formatMs(sample.rttMs), nowText(sample.bitsPerSecondToClient), nowText(sample.bitsPerSecondToNode), formatPercent(sample.heldShare === null ? null : sample.heldShare * 100)]
    : ['–', '–', '–', '–'];
const nowText = (bitsPerSecond: number | null): string => (bitsPerSecond === null ? '–' : rateText(bitsPerSecond));

const linkLines = ({ isReady, links, run }: NetworkStatus, paint: Paint, sample?: NetworkSample): string[] => {
  if (links.length === 0) return ['There are no links: the cluster has not been launched.'];
  const rows = links.map((link) => {
    const { nodeId, url, settings, profileId } = link;
    const measured = sample ? measuredCells(sample.links.find((one) => one.nodeId === nodeId)) : [];
    return [
      nodeId, stateOf(link, paint), roundTripText(settings), rateText(settings.toClient.bitsPerSecond), rateText(settings.toNode.bitsPerSecond), lossOf(settings), profileId ?? '–', ...measured, url ?? '–',
    ];
  });
  const notes = [
    ...(isReady ? [] : [paint('bad', 'The link emulator does not run: no client reaches a node.')]),
    ...(run?.phase === 'running' ? [`The scenario “${printable(run.scenario.name)}” runs: ${Math.round(run.elapsedSec)} s of ${run.scenario.durationSec} s.`] : []),
  ];
  return [...formatTable([...COLUMNS, ...(sample ? MEASURED : []), ADDRESS], rows, paint), ...(notes.length > 0 ? ['', ...notes] : [])];
};

/** @throws VStackError cancelled, timeout */
const sampleOnce = (client: ControlClient, signal: AbortSignal): Promise<NetworkSample> =>
  new Promise((resolve, reject) => {
    let count = 0;
    const patience = AbortSignal.timeout(SAMPLE_MS_MAX);
    const either = AbortSignal.any([signal, patience]);
    const stop = client.on('network:sample', (sample) => {
      count += 1;
      if (count < 2) return;
      stop();
      either.removeEventListener('abort', onAbort);
      resolve(sample);
    });
    const onAbort = (): void => {
      stop();
      reject(signal.aborted ? new VStackError('cancelled', 'Measuring was cancelled.') : new VStackError('timeout', `The host measured nothing within ${SAMPLE_MS_MAX / 1000} s. Its log may say why.`));
    };
    if (either.aborted) onAbort();
    else either.addEventListener('abort', onAbort, { once: true });
  });

export const runNetShow = ({ measured }: { measured: boolean }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const status = await client.call('network:show', {}, { signal });
    const sample = measured && status.links.length > 0 ? await sampleOnce(client, signal) : undefined;
    output.result({ ...status, ...(sample && { sample }) }, linkLines(status, output.paint, sample));
  });

const tellLinks = (status: NetworkStatus, { output }: CliContext): void => output.result(status, linkLines(status, output.paint));

export const runNetSet = (targets: readonly string[], options: LinkOptions, context: CliContext): CommandResult => {
  const change = linkChangeOf(options);
  if (Object.keys(change).length === 0) return Promise.reject(new VStackError('bad_request', 'Expected something to change, such as --rtt 150 or --partition both. `vstack net set --help` lists all of it.'));
  return attached(context, async (client) => tellLinks(await client.call('network:set', { nodeIds: nodesOf(targets), change }, { signal: context.signal }), context));
};

const PROFILE_COLUMNS: readonly Column[] = [{ title: 'PROFILE' }, { title: 'NAME' }, { title: 'KIND' }, { title: 'WHAT IT IS' }];
const profileLines = (profiles: readonly NetworkProfile[], paint: Paint): string[] =>
  formatTable(PROFILE_COLUMNS, profiles.map(({ id, name, isBuiltIn, settings }) => [id, printable(name), isBuiltIn ? 'built-in' : 'own', linkText(settings)]), paint);

export const runNetProfiles = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { profiles } = await client.call('network:profiles', {}, { signal: context.signal });
    context.output.result({ profiles }, profileLines(profiles, context.output.paint));
  });

export const runNetProfile = (targets: string, profileId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => tellLinks(await client.call('network:apply-profile', { nodeIds: nodesOf([targets]), profileId }, { signal: context.signal }), context));

export const runNetReset = (context: CliContext): CommandResult =>
  attached(context, async (client) => tellLinks(await client.call('network:reset', {}, { signal: context.signal }), context));

export interface SaveOptions extends LinkOptions {
  from?: string;
  description?: string;
}

/** A profile of what a link is set to, of options, or of both. */
export const runNetSave = (name: string, { from, description, ...options }: SaveOptions, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const change = linkChangeOf(options);
    if (from === undefined && Object.keys(change).length === 0) throw new VStackError('bad_request', 'Expected a link to copy (--from node-1), or what the profile is, such as --rtt 150.');
    const { links } = await client.call('network:show', {});
    const link = links.find(({ nodeId }) => nodeId === from);
    if (from !== undefined && !link) throw new VStackError('not_found', `There is no link of "${from}"; known: ${links.map(({ nodeId }) => nodeId).join(', ') || 'none, since no cluster runs'}.`);
    const profile = await client.call('network:save-profile', { name, settings: changeLink(link?.settings ?? normalLink, change), ...(description !== undefined && { description }) });
    context.output.result(profile, [`Saved ${profile.id}: ${linkText(profile.settings)}.`]);
  });

export const runNetDelete = (profileId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    await client.call('network:delete-profile', { profileId });
    context.output.result({ profileId }, [`${profileId} is deleted.`]);
  });
