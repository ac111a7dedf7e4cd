/** What can be done to a node to see what the others make of it. */
import type { IconName } from '../../components/icons.ts';
import type { NodeAction } from '../../stores/cluster.ts';

export interface Breakage {
  action: NodeAction;
  label: string;
  icon: IconName;
  /** What follows, in a few words. */
  effect: string;
}

export const breakages: readonly Breakage[] = [
  { action: 'kill', label: 'Kill', icon: 'kill', effect: 'dies at once, is restarted' },
  { action: 'pause', label: 'Pause', icon: 'pause', effect: 'is silent until resumed' },
  { action: 'stop', label: 'Stop', icon: 'stop', effect: 'ends cleanly, stays down' },
];
