/** Links in words: how what is set is called, and what is not as it normally is. */
import type { LinkNodes, LinkStatus } from '../../runtime/contract/control/network.ts';
import type { Partition } from '../../runtime/contract/link.ts';
import type { NetworkProfile } from '../../runtime/contract/network.ts';
import { plural } from '../format/quantity.ts';
import type { Look, Tone } from '../theme/status.ts';

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
