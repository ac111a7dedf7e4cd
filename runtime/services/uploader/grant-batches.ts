/** Grants for a video's chunks, asked for a few sequences at a time, so that one durable transaction serves several chunks. */
import type { Grant } from '../../contract/paxos.ts';
import type { MetadataClient } from './metadata-client.ts';

/** Grants beyond the last chunk stay unused and have to be ended by the metadata service, so batches are small. */
const BATCH_COUNT = 8;

export interface GrantBatches {
  /** The grant of a sequence; concurrent askers share a call. */
  take(sequence: number): Promise<Grant>;
}

export interface GrantBatchesOptions {
  metadata: MetadataClient;
  videoId: string;
  ownerId: string;
  /** How many chunks the video seems to have; grants beyond are asked for one by one. */
  chunkCountExpected: number;
  /** Chunks that are committed already need none. */
  isDone: (sequence: number) => boolean;
  signal: AbortSignal;
}

export const createGrantBatches = (options: GrantBatchesOptions): GrantBatches => {
  const { metadata, videoId, ownerId, chunkCountExpected, isDone, signal } = options;
  const grants = new Map<number, Promise<Grant>>();

  const ask = (first: number): void => {
    const last = Math.max(first + 1, Math.min(first + BATCH_COUNT, chunkCountExpected));
    const sequences: number[] = [];
    for (let sequence = first; sequence < last; sequence += 1) if (sequence === first || !isDone(sequence)) sequences.push(sequence);
    const answer = metadata.grants({ video_id: videoId, sequences, owner_id: ownerId }, signal);
    for (const [index, sequence] of sequences.entries()) {
      const grant = answer.then((batch) => batch[index]!);
      grant.catch(() => {}); // Reported to whoever takes it; the others of a failed batch may never be taken.
      grants.set(sequence, grant);
    }
  };

  return {
    take(sequence) {
      if (!grants.has(sequence)) ask(sequence);
      const grant = grants.get(sequence)!;
      grants.delete(sequence);
      return grant;
    },
  };
};
