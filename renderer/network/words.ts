/** Links in words: what is set, how it is called, and what is not as it normally is. */
import type { LinkNodes, LinkStatus } from '../../runtime/contract/control/network.ts';
import type { LinkDirection, LinkSettings, Partition } from '../../runtime/contract/link.ts';
import type { NetworkProfile } from '../../runtime/contract/network.ts';
import { plural } from '../format/quantity.ts';
import type { Look, Tone } from '../theme/status.ts';
import { meanLoss } from './settings.ts';

type Named = Pick<NetworkProfile, 'id' | 'name'>;

/** Nothing is added. */
export const NORMAL_WORD = 'Clear';
export const CUSTOM_WORD = 'Own settings';
/** The profile that V-Stack calls normal: an ordinary connection, nothing to worry about. */
const ORDINARY_PROFILE_ID = 'normal';

/** A look that also says in full what a narrow place shows short. */
export interface LinkLook extends Look {
  full: string;
}

const partitionLooks: Readonly<Record<Exclude<Partition, 'none'>, LinkLook>> = {
  'to-node': { tone: 'bad', word: 'Partition ▸', full: 'Partition to node' },
  'to-client': { tone: 'bad', word: 'Partition ◂', full: 'Partition to client' },
  both: { tone: 'bad', word: 'Partition', full: 'Partition' },
};
const named = (tone: Tone, word: string): LinkLook => ({ tone, word, full: word });

const nameOf = (profileId: string | null, profiles: readonly Named[]): string | null => (profileId === null ? null : (profiles.find(({ id }) => id === profileId)?.name ?? profileId));

/** Shape, colour and word of a link. */
export const linkLook = ({ settings, isNormal, profileId }: Pick<LinkStatus, 'settings' | 'isNormal' | 'profileId'>, profiles: readonly Named[]): LinkLook => {
  if (isNormal) return named('ok', NORMAL_WORD);
  const name = nameOf(profileId, profiles);
  if (name !== null) return named(settings.isFailed || settings.partition !== 'none' ? 'bad' : profileId === ORDINARY_PROFILE_ID ? 'ok' : 'warn', name);
  if (settings.isFailed) return named('bad', 'Failed');
  return settings.partition === 'none' ? named('warn', CUSTOM_WORD) : partitionLooks[settings.partition];
};

const threeDigits = (value: number): string => String(Number(value.toPrecision(3)));
const percentText = (share: number): string => `${threeDigits(100 * share)} %`;

export const rateText = (bitsPerSecond: number): string => (bitsPerSecond < 1e6 ? `${threeDigits(bitsPerSecond / 1e3)} kbit/s` : bitsPerSecond < 1e9 ? `${threeDigits(bitsPerSecond / 1e6)} Mbit/s` : `${threeDigits(bitsPerSecond / 1e9)} Gbit/s`);

const rateWords = ({ toNode, toClient }: LinkSettings): string[] => {
  const [down, up] = [toClient.bitsPerSecond, toNode.bitsPerSecond];
  if (down === up) return down === null ? [] : [rateText(down)];
  return [...(down === null ? [] : [`${rateText(down)} down`]), ...(up === null ? [] : [`${rateText(up)} up`])];
};
const lossText = (direction: LinkDirection): string => `${percentText(meanLoss(direction.loss))} loss${direction.loss.model === 'gilbert-elliott' ? ' in bursts' : ''}`;
const lossWords = ({ toNode, toClient }: LinkSettings): string[] => {
  const [down, up] = [lossText(toClient), lossText(toNode)];
  if (down === up) return meanLoss(toClient.loss) > 0 ? [down] : [];
  return [...(meanLoss(toClient.loss) > 0 ? [`${down} down`] : []), ...(meanLoss(toNode.loss) > 0 ? [`${up} up`] : [])];
};

/** What a link adds, in one line: `300 ± 20 ms, 1.6 Mbit/s down, 5 % loss`. */
export const settingsWords = (settings: LinkSettings): string => {
  const { toNode, toClient, partition, isFailed, resetShare, slowCloseMs } = settings;
  const rttMs = toNode.latencyMs + toClient.latencyMs;
  const jitterMs = toNode.jitterMs + toClient.jitterMs;
  const words = [
    ...(isFailed ? ['refuses and resets connections'] : []),
    ...(partition === 'none' ? [] : [partition === 'both' ? 'holds everything' : `holds everything ${partition.replace('-', ' ')}`]),
    ...(rttMs > 0 || jitterMs > 0 ? [`${threeDigits(rttMs)}${jitterMs > 0 ? ` ± ${threeDigits(jitterMs)}` : ''} ms`] : []),
    ...rateWords(settings),
    ...lossWords(settings),
    ...(resetShare > 0 ? [`${percentText(resetShare)} of connections reset`] : []),
    ...(slowCloseMs > 0 ? [`closes ${threeDigits(slowCloseMs)} ms late`] : []),
  ];
  return words.length > 0 ? words.join(', ') : 'nothing added';
};

/** `all links`, `node-2`, `node-2 and node-4`, `3 links`. */
export const nodesWords = (nodeIds: LinkNodes): string => {
  if (nodeIds === 'all') return 'all links';
  return nodeIds.length <= 2 ? nodeIds.join(' and ') : plural(nodeIds.length, 'link');
};

export interface Abnormality {
  nodeIds: string[];
  look: LinkLook;
}

/** Links that are not normal, those alike together, as they stand first. */
export const abnormalities = (links: readonly LinkStatus[], profiles: readonly Named[]): Abnormality[] => {
  const groups = new Map<string, Abnormality>();
  for (const link of links) {
    if (link.isNormal) continue;
    const look = linkLook(link, profiles);
    const group = groups.get(look.full);
    if (group) group.nodeIds.push(link.nodeId);
    else groups.set(look.full, { nodeIds: [link.nodeId], look });
  }
  return [...groups.values()];
};

/** `node-2: 3G`, `all links: LTE`. */
export const abnormalityText = ({ nodeIds, look }: Abnormality, linkCount: number): string => `${nodeIds.length === linkCount && linkCount > 1 ? 'all links' : nodesWords(nodeIds)}: ${look.full}`;
