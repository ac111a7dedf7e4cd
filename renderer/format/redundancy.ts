/** How the chunks of a video are stored, in a few characters: `3×` is three copies, `3+2` three data and two parity pieces of each chunk. */
import type { VideoRow } from '../../runtime/contract/wire/metadata.ts';
import { NOTHING } from './quantity.ts';

export const redundancyText = ({ redundancy, replica_count }: Pick<VideoRow, 'redundancy' | 'replica_count'>): string => {
  switch (redundancy) {
    case 'replication':
      return replica_count === undefined ? 'copies' : `${replica_count}×`;
    case 'erasure_coding':
      return '3+2';
    case 'mixed':
      return 'mixed';
    default:
      return NOTHING;
  }
};
