/** Stalls and fail-overs, in words. */
import type { PlaybackChunk, PlaybackSession } from '../../contract/control/playback.ts';
import type { News } from './changes.ts';

/** 0:42, 14:02. */
const positionText = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export const stallNews = ({ title, positionSec, stallCount }: PlaybackSession, count: number): News => ({
  kind: 'stall',
  tone: 'warn',
  subject: null,
  text: `“${title}” stalled ${count > 1 ? `${count} times ` : ''}at ${positionText(positionSec)}, ${stallCount} in all in this session`,
});

export const failOverNews = ({ title }: PlaybackSession, { sequence, nodeId, failedNodeIds }: PlaybackChunk): News => ({
  kind: 'fail-over',
  tone: 'warn',
  subject: failedNodeIds[0] ?? null,
  text: `Chunk ${sequence} of “${title}” came from ${nodeId}, because ${failedNodeIds.join(', ')} did not deliver it`,
});
