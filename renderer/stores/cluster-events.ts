/** What happened, told from two snapshots of the cluster: the host sends states, people want to know the changes. */
import type { ChildStatus, ClusterStatus } from '../../runtime/contract/control/cluster.ts';
import { span } from '../format/quantity.ts';
import { childLooks, clusterLooks, type Tone } from '../theme/status.ts';

export interface ClusterEvent {
  id: number;
  atMs: number;
  /** The process it is about; null for the cluster as a whole. */
  subject: string | null;
  tone: Tone;
  text: string;
}

type Change = Omit<ClusterEvent, 'id' | 'atMs'>;

const childChange = (before: ChildStatus | undefined, after: ChildStatus): Change | undefined => {
  if (!before) return { subject: after.name, tone: 'busy', text: 'added' };
  if (after.restartCount > before.restartCount && after.phase !== 'crashed') {
    if (before.phase === 'stopping') return { subject: after.name, tone: 'busy', text: 'restarted on request' };
    // Snapshots are some way apart, so a quick restart may be over before the first one tells of it.
    const text = `${after.phase === 'ready' ? 'died and is ready again' : 'died'}, restart ${after.restartCount}`;
    return { subject: after.name, tone: 'bad', text: after.problem ? `${text}. ${after.problem}` : text };
  }
  if (before.phase === after.phase) return undefined;
  const { tone, word } = childLooks[after.phase];
  const cameBack = after.phase === 'ready' && before.phase !== 'starting';
  const text = cameBack ? 'ready again' : word.toLowerCase();
  // On the way back up the problem is the one that was told when it died.
  const isSettled = after.phase === 'degraded' || after.phase === 'paused' || after.phase === 'crashed';
  return { subject: after.name, tone, text: after.problem && isSettled ? `${text}. ${after.problem}` : text };
};

const clusterChange = (before: ClusterStatus, after: ClusterStatus): Change | undefined => {
  if (before.phase === after.phase) return undefined;
  const { tone, word } = clusterLooks[after.phase];
  if (after.phase === 'ready' && after.launchMs !== null && before.phase === 'starting') {
    const took = span(after.launchMs);
    return { subject: null, tone, text: `Cluster ready in ${took.value} ${took.unit}` };
  }
  if (after.phase === 'failed') return { subject: null, tone, text: after.problem?.detail ?? word };
  return { subject: null, tone, text: `Cluster ${word.toLowerCase()}` };
};

/** The changes between two snapshots, in the order of the children. During a launch only the cluster itself is told of: its steps show the rest. */
export const changesBetween = (before: ClusterStatus | null, after: ClusterStatus): Change[] => {
  if (!before) return [];
  const changes: Change[] = [];
  const isSettled = after.phase === 'ready' || after.phase === 'degraded';
  if (isSettled && before.phase !== 'starting') {
    const known = new Map(before.children.map((child) => [child.name, child]));
    for (const child of after.children) {
      const change = childChange(known.get(child.name), child);
      if (change) changes.push(change);
      known.delete(child.name);
    }
    for (const name of known.keys()) changes.push({ subject: name, tone: 'idle', text: 'removed' });
  }
  const whole = clusterChange(before, after);
  if (whole) changes.push(whole);
  return changes;
};
