/** The sidebar, in order. Apart from the router, so that it can be listed (palette, shortcuts, tests) without loading a view. */
import type { IconName } from './components/icons.ts';

export interface NavigationEntry {
  path: string;
  label: string;
  icon: IconName;
  /** What the view is for, in a few words: the palette and tooltips show it. */
  purpose: string;
  /** The letter that leads there after `g`. */
  goKey: string;
  /** Addresses below another path that belong to this view too. */
  covers?: string;
}

/** The digits 1 to 9 lead there. */
export const views: readonly NavigationEntry[] = [
  { path: '/cluster', label: 'Cluster', icon: 'cluster', purpose: 'Launch, processes, traffic, logs', goKey: 'c' },
  { path: '/library', label: 'Library', icon: 'library', purpose: 'Upload, find and play videos', goKey: 'l', covers: '/watch/' },
  { path: '/dashboard', label: 'Dashboard', icon: 'dashboard', purpose: 'Playback and cluster, measured', goKey: 'd' },
  { path: '/network', label: 'Network', icon: 'network', purpose: 'Latency, rate, loss and partitions of each link; scenarios', goKey: 'n' },
  { path: '/consensus', label: 'Consensus', icon: 'consensus', purpose: 'ChunkPaxos, message by message', goKey: 'p' },
  { path: '/benchmarks', label: 'Benchmarks', icon: 'benchmarks', purpose: 'The suite and its targets', goKey: 'b' },
  { path: '/chaos', label: 'Chaos', icon: 'chaos', purpose: 'Faults under load, checked by a model', goKey: 'x' },
  { path: '/storage', label: 'Storage', icon: 'storage', purpose: 'Redundancy, repair, scrub', goKey: 's' },
  { path: '/reports', label: 'Reports', icon: 'reports', purpose: 'Saved results, side by side', goKey: 'r' },
];

/** Below the views, without a digit. */
export const programPages: readonly NavigationEntry[] = [
  { path: '/settings', label: 'Settings', icon: 'settings', purpose: 'Cluster, ports, theme', goKey: ',' },
  { path: '/about', label: 'About', icon: 'about', purpose: 'Versions, licences, diagnostics', goKey: 'a' },
];

/** Parts of a view with an address of their own, reached from within it, the palette and the keyboard. */
export const innerPages: readonly NavigationEntry[] = [
  { path: '/cluster/logs', label: 'Logs', icon: 'lines', purpose: 'What every process says, live', goKey: 'o' },
  { path: '/dashboard/performance', label: 'Performance metrics', icon: 'dashboard', purpose: 'The last hours of buffer, throughput and nodes', goKey: 'm' },
  { path: '/dashboard/comparison', label: 'Smart vs naive', icon: 'compare', purpose: 'Clients against each other, measured', goKey: 'v' },
];

export const isCurrentEntry = ({ path, covers }: NavigationEntry, currentPath: string): boolean =>
  currentPath === path || currentPath.startsWith(`${path}/`) || (covers !== undefined && currentPath.startsWith(covers));
