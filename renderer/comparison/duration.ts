/** How long a comparison will take, before it is begun. */
import { MINUTE_MS, SECOND_MS } from '../../runtime/contract/units.ts';
import { plural } from '../format/quantity.ts';

export interface Extent {
  blockCount: number;
  clientCount: number;
  sessionSec: number;
}

/** One block more than is counted: the first one warms up. */
export const sessionCountOf = ({ blockCount, clientCount }: Pick<Extent, 'blockCount' | 'clientCount'>): number => (blockCount + 1) * clientCount;

/** Playing alone, in ms; what comes between sessions is not known before. */
export const playingMsOf = (extent: Extent): number => sessionCountOf(extent) * extent.sessionSec * SECOND_MS;

/** Rounded as people say it: `45 s`, `8 min`, `2 h 5 min`. */
export const durationText = (ms: number): string => {
  if (ms < MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  const minutes = Math.ceil(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** What will be done, in words: `6 blocks (one to warm up) of 5 sessions`. */
export const extentText = ({ blockCount, clientCount }: Pick<Extent, 'blockCount' | 'clientCount'>): string =>
  `${plural(blockCount + 1, 'block')} (one to warm up) of ${plural(clientCount, 'session')}`;
