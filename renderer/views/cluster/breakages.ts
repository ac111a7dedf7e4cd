/** What can be done to a node, or to its link, to see what the others make of it. */
import type { LinkChange } from '../../../runtime/contract/link.ts';
import type { IconName } from '../../components/icons.ts';
import type { NodeAction } from '../../stores/cluster.ts';

interface Harm {
  label: string;
  icon: IconName;
  /** What follows, in a few words. */
  effect: string;
}

export interface Breakage extends Harm {
  action: NodeAction;
}

export const breakages: readonly Breakage[] = [
  { action: 'kill', label: 'Kill', icon: 'kill', effect: 'dies at once, is restarted' },
  { action: 'pause', label: 'Pause', icon: 'pause', effect: 'is silent until resumed' },
  { action: 'stop', label: 'Stop', icon: 'stop', effect: 'ends cleanly, stays down' },
];

export interface LinkBreakage extends Harm {
  change: LinkChange;
}

const bothWays = (direction: NonNullable<LinkChange['toNode']>): LinkChange => ({ toNode: direction, toClient: direction });

/** What is done to the link leaves its node alone: clients only think it is gone. */
export const linkBreakages: readonly LinkBreakage[] = [
  { label: 'Slow', icon: 'clock', effect: '300 ms round trip', change: bothWays({ latencyMs: 150 }) },
  { label: 'Lossy', icon: 'network', effect: '10 % of packets lost', change: bothWays({ loss: { model: 'bernoulli', share: 0.1 } }) },
  { label: 'Partition', icon: 'hold-client', effect: 'holds everything', change: { partition: 'both' } },
  { label: 'Fail', icon: 'unlink', effect: 'refuses and resets', change: { isFailed: true } },
];
