/** The steps of a scenario as people say them. */
import type { LinkChange } from '../../contract/link.ts';
import type { ScenarioAction, ScenarioTarget } from '../../contract/network.ts';
import { lossText, partitionText, rateText, shareText } from '../../contract/link-words.ts';

export const targetText = (target: ScenarioTarget): string => {
  if ('nodeId' in target) return target.nodeId;
  if ('place' in target) return `node ${target.place + 1}`;
  return target.nodes === 'all' ? 'every node' : 'a random node';
};

const directionText = (change: LinkChange['toNode'], way: string): string[] => {
  if (!change) return [];
  return [
    ...(change.latencyMs === undefined ? [] : [`${change.latencyMs} ms`]),
    ...(change.jitterMs === undefined ? [] : [`± ${change.jitterMs} ms`]),
    ...(change.bitsPerSecond === undefined ? [] : [rateText(change.bitsPerSecond)]),
    ...(change.loss === undefined ? [] : [lossText(change.loss)]),
  ].map((text) => `${text} ${way}`);
};

/** Latencies stand for one way here, as a change may name only one. */
const changeText = (change: LinkChange): string =>
  [
    ...directionText(change.toClient, 'down'),
    ...directionText(change.toNode, 'up'),
    ...(change.partition === undefined ? [] : [partitionText[change.partition] ?? 'no partition']),
    ...(change.isFailed === undefined ? [] : [change.isFailed ? 'failed' : 'not failed']),
    ...(change.resetShare === undefined ? [] : [`${shareText(change.resetShare)} of connections reset`]),
    ...(change.slowCloseMs === undefined ? [] : [`closes after ${change.slowCloseMs} ms`]),
  ].join(', ') || 'nothing';

const PROCESS: Readonly<Record<'kill' | 'pause' | 'resume' | 'stop' | 'start', string>> = {
  kill: 'is killed', pause: 'is paused', resume: 'goes on', stop: 'is stopped', start: 'is started',
};

export const actionText = (action: ScenarioAction): string => {
  switch (action.kind) {
    case 'profile':
      return `link: profile ${action.profileId}`;
    case 'random-profile':
      return `link: one of ${action.profileIds.join(', ')}`;
    case 'link':
      return `link: ${changeText(action.change)}`;
    case 'normal':
      return 'link: normal';
    default:
      return PROCESS[action.kind];
  }
};
