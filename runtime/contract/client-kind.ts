/** The ways to choose a node for a chunk. No imports: the page carries this from the start. */

/**
 *   smart        measures every node and asks the one that will be quickest; splits, hedges, fails over
 *   naive        the holders in turn, no measurement, waits 10 s for a silent node, then asks the next
 *   naive-retry  the same, waiting 2 s
 *   random-two   draws two holders and asks the one with fewer requests under way
 *   oracle       the smart client with the true state of the links in place of what it measured: how good it could be at best
 */
export const CLIENT_KINDS = ['smart', 'naive', 'naive-retry', 'random-two', 'oracle'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** An oracle needs somebody who knows the links; these need nobody. */
export const PLAYER_CLIENT_KINDS = ['smart', 'naive', 'naive-retry', 'random-two'] as const satisfies readonly ClientKind[];
export type PlayerClientKind = (typeof PLAYER_CLIENT_KINDS)[number];

export const isClientKind = (text: unknown): text is ClientKind => CLIENT_KINDS.some((kind) => kind === text);
