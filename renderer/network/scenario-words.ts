/** Steps of scenarios in words. */
import { meanLoss } from '../../runtime/contract/link-settings.ts';
import { rateText } from '../../runtime/contract/link-words.ts';
import type { LinkChange, LinkDirection } from '../../runtime/contract/link.ts';
import type { NetworkProfile, ScenarioAction, ScenarioStep, ScenarioTarget } from '../../runtime/contract/network.ts';
import { clock } from '../format/quantity.ts';

type Named = Pick<NetworkProfile, 'id' | 'name'>;

const ORDINALS = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'] as const;

export const targetWords = (target: ScenarioTarget): string => {
  if ('nodeId' in target) return target.nodeId;
  if ('place' in target) return `${ORDINALS[target.place] ?? `${target.place + 1}th`} node`;
  return target.nodes === 'all' ? 'All nodes' : 'A random node';
};

/** The same for the same target, so that steps on it come together. */
export const targetKey = (target: ScenarioTarget): string => ('nodeId' in target ? `id:${target.nodeId}` : 'place' in target ? `place:${target.place}` : target.nodes);

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** A figure of both directions: once where it is the same, else by direction. `join` makes one of two like ones. */
const bothWays = <K extends keyof LinkDirection>({ toClient, toNode }: LinkChange, key: K, words: (value: LinkDirection[K]) => string, join: (value: LinkDirection[K]) => string = words): string[] => {
  const [down, up] = [toClient?.[key], toNode?.[key]];
  if (down !== undefined && up !== undefined && words(down as LinkDirection[K]) === words(up as LinkDirection[K])) return [join(down as LinkDirection[K])];
  return [...(down === undefined ? [] : [`${words(down as LinkDirection[K])} down`]), ...(up === undefined ? [] : [`${words(up as LinkDirection[K])} up`])];
};

/** What a change of a link names, in one line: `150 ms, 5 Mbit/s down`. */
export const changeWords = (change: LinkChange): string => {
  const words = [
    ...bothWays(change, 'latencyMs', (ms) => `${digits(ms)} ms`, (ms) => `${digits(2 * ms)} ms`),
    ...bothWays(change, 'jitterMs', (ms) => `± ${digits(ms)} ms`, (ms) => `± ${digits(2 * ms)} ms`),
    ...bothWays(change, 'bitsPerSecond', (rate) => (rate === null ? 'no limit' : rateText(rate))),
    ...bothWays(change, 'loss', (loss) => `${digits(100 * meanLoss(loss))} % loss`),
    ...(change.partition === undefined ? [] : [change.partition === 'none' ? 'no partition' : change.partition === 'both' ? 'partition' : `partition ${change.partition.replace('-', ' ')}`]),
    ...(change.isFailed === undefined ? [] : [change.isFailed ? 'failed' : 'not failed']),
    ...(change.resetShare === undefined ? [] : [`${digits(100 * change.resetShare)} % resets`]),
    ...(change.slowCloseMs === undefined ? [] : [`closes ${digits(change.slowCloseMs)} ms late`]),
  ];
  return words.length > 0 ? words.join(', ') : 'nothing yet';
};

export const actionKindWords: Readonly<Record<ScenarioAction['kind'], string>> = {
  profile: 'Apply a profile',
  'random-profile': 'Apply one of several',
  link: 'Set the link',
  normal: 'Clear the link',
  kill: 'Kill the process',
  pause: 'Pause the process',
  resume: 'Resume the process',
  stop: 'Stop the process',
  start: 'Start the process',
};

const shortKinds: Readonly<Partial<Record<ScenarioAction['kind'], string>>> = { normal: 'Clear', kill: 'Kill', pause: 'Pause', resume: 'Resume', stop: 'Stop', start: 'Start' };

export const actionWords = (action: ScenarioAction, profiles: readonly Named[]): string => {
  switch (action.kind) {
    case 'profile': return profiles.find(({ id }) => id === action.profileId)?.name ?? action.profileId;
    case 'random-profile': return `One of ${action.profileIds.length}`;
    case 'link': return changeWords(action.change);
    default: return shortKinds[action.kind]!;
  }
};

/** `0:10, First node: 150 ms`. */
export const stepWords = ({ atSec, target, action }: ScenarioStep, profiles: readonly Named[]): string => `${clock(atSec * 1000)}, ${targetWords(target)}: ${actionWords(action, profiles)}`;
