/**
 * The conditions under which clients are compared. Faults come within 0.6 s of the play command, while every client downloads as fast as it can:
 * later, with half a minute buffered, a client may not meet one within a session at all.
 */
import type { ClientKind } from '../../contract/client-kind.ts';
import type { ComparisonCondition, FaultAction } from '../../contract/comparison.ts';
import { VStackError } from '../../contract/errors.ts';
import { changeLink, type LinkSettings } from '../../contract/link.ts';
import { builtInProfiles } from '../../contract/network.ts';

/** Of a fault that comes inside the session. */
const INSIDE = { fromSec: 0.1, toSec: 0.6 } as const;
/** Slow enough that there is something on its way when a fault comes, fast enough that a healthy client never stalls. */
const FAULT_PROFILE = 'lte';
/** Most connections to the victim end early, each at a moment of its own. */
const RESET_SHARE = 0.7;

const withFault = (id: string, name: string, description: string, action: FaultAction): ComparisonCondition => ({
  id, name, description: `${description} Every other link as LTE: 12 Mbit/s, 70 ms.`, profileId: FAULT_PROFILE, fault: { action, ...INSIDE }, isMain: false,
});
const profile = (profileId: string): FaultAction => ({ kind: 'profile', profileId });

export const comparisonConditions: readonly ComparisonCondition[] = [
  {
    id: 'one-slow-node', name: 'One slow node', description: 'Every link as LTE (12 Mbit/s, 70 ms), but that of one node as 3G (1.6 Mbit/s, 300 ms).',
    profileId: 'lte', fault: { action: profile('3g'), fromSec: 0, toSec: 0 }, isMain: true,
  },
  { id: 'healthy', name: 'Healthy network', description: 'Every link as ordinary broadband: 50 Mbit/s, 20 ± 5 ms.', profileId: 'normal', fault: null, isMain: true },
  withFault('node-killed', 'Node killed', 'One node is killed soon after the start and stays away.', { kind: 'kill' }),
  withFault('node-paused', 'Node paused', 'One node freezes soon after the start: its connections stay open and silent.', { kind: 'pause' }),
  withFault('node-partitioned', 'Node partitioned', 'Soon after the start nothing passes between one node and its clients any more; connections stay open.', {
    kind: 'link', change: { partition: 'both' },
  }),
  withFault('node-failure', 'Link failure', 'Soon after the start one link resets its connections and refuses new ones.', profile('node-failure')),
  withFault('packet-loss', 'Packet loss', 'Soon after the start one link begins to lose 15 % of its packets.', profile('packet-loss')),
  withFault('high-latency', 'High latency', 'Soon after the start one link takes 150 ± 50 ms and loses 5 % of its packets.', profile('high-latency')),
  withFault('degraded', 'Degraded link', 'Soon after the start one link gets 100 ± 30 ms, 20 Mbit/s, 10 % loss, and 5 % of its connections are reset.', profile('degraded')),
  {
    // Whether a connection is reset is drawn when it is opened, so a fault that came later would hardly meet one.
    id: 'resets', name: 'Resets', description: 'From the start one link resets 70 % of its connections at a random moment. Every other link as LTE: 12 Mbit/s, 70 ms.',
    profileId: FAULT_PROFILE, fault: { action: { kind: 'link', change: { resetShare: RESET_SHARE } }, fromSec: 0, toSec: 0 }, isMain: false,
  },
];

/** @throws VStackError not_found */
export const conditionOf = (id: string): ComparisonCondition => {
  const found = comparisonConditions.find((condition) => condition.id === id);
  if (found) return found;
  throw new VStackError('not_found', `There is no condition "${id}". There are: ${comparisonConditions.map((condition) => condition.id).join(', ')}.`);
};

const settingsOfProfile = (profileId: string): LinkSettings => {
  const found = builtInProfiles.find(({ id }) => id === profileId);
  if (found) return found.settings;
  throw new VStackError('internal', `The condition names the profile "${profileId}", which does not come with the program.`);
};

/** Every link before the fault. */
export const baseLinkOf = ({ profileId }: ComparisonCondition): LinkSettings => settingsOfProfile(profileId);

/** The victim's link once the fault has come; null where the fault is none of the link. */
export const victimLinkOf = (condition: ComparisonCondition): LinkSettings | null => {
  const action = condition.fault?.action;
  if (action?.kind === 'profile') return settingsOfProfile(action.profileId);
  return action?.kind === 'link' ? changeLink(baseLinkOf(condition), action.change) : null;
};

/** Whether the fault comes while the client plays. */
export const isInsideSession = ({ fault }: ComparisonCondition): boolean => fault !== null && fault.toSec > 0;

/** Whether no byte comes from the victim any more, so that there is something to fail over from. */
export const isCutOff = (condition: ComparisonCondition): boolean => {
  const kind = condition.fault?.action.kind;
  if (kind === 'kill' || kind === 'pause') return true;
  const link = victimLinkOf(condition);
  return link !== null && (link.isFailed || link.partition !== 'none');
};

export const clientTexts: Readonly<Record<ClientKind, { name: string; description: string }>> = {
  smart: { name: 'Smart', description: 'Measures every node, asks the one that will be quickest; splits, hedges, fails over.' },
  naive: { name: 'Naive', description: 'Round robin without measuring; waits 10 s for a silent node, then asks the next.' },
  'naive-retry': { name: 'Naive with quick retry', description: 'Round robin without measuring; waits 2 s.' },
  'random-two': { name: 'Random of two', description: 'Draws two nodes and asks the one with fewer requests under way.' },
  oracle: { name: 'Oracle', description: 'The smart client, told the true state of every link: how good it could be at best.' },
};
