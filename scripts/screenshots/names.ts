/** What the pictures of docs/screenshots are called. The README shows all of them; a test holds it to that. */

/** Pictures at least as wide as the wide layout have a name of their own. */
const WIDE_PX_MIN = 1560;

export const fileNameOf = (name: string, theme: string, widthPx: number): string => `${name}-${theme}${widthPx >= WIDE_PX_MIN ? '-wide' : ''}.png`;

/** Views by the names of their pictures, with their addresses, in the order of the walk. */
export const viewsOf = (videoId: string): Record<string, string> => ({
  node: '/cluster/nodes/node-2',
  logs: '/cluster/logs',
  library: '/library',
  video: `/library/${videoId}`,
  'dashboard-realtime': '/dashboard/realtime',
  'dashboard-performance': '/dashboard/performance',
  'dashboard-comparison': '/dashboard/comparison',
  'dashboard-analytics': '/dashboard/analytics',
  network: '/network',
  consensus: '/consensus',
  benchmarks: '/benchmarks',
  chaos: '/chaos',
  storage: '/storage',
  reports: '/reports',
  settings: '/settings',
  about: '/about',
  // Last, because the viewer opens its video anew for it.
  cluster: '/cluster',
});

/** All pictures of a walk. */
export const tourNames: readonly string[] = ['start', ...Object.keys(viewsOf('')), 'dashboard-brush', 'palette', 'shortcuts', 'recovery', 'player', 'player-figures'];
