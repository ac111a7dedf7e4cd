/** Cuts a video and places its chunks: at most five in flight, and none is cut before there is room for it. */
import { VStackError } from '../../contract/errors.ts';
import type { Sha256Hex } from '../../contract/ids.ts';
import { CHUNK_BYTES_PREFERRED, SECOND_MS, SEGMENT_MS_TARGET } from '../../contract/units.ts';
import { createGrantBatches } from './grant-batches.ts';
import { ingest, type IngestSummary, type MediaFacts } from './ingest/ingest.ts';
import type { IngestedChunk } from './ingest/types.ts';
import type { MetadataClient } from './metadata-client.ts';
import type { Placer } from './place-chunk.ts';

/** Chunks of one upload that are on their way at the same time. */
export const CHUNKS_IN_FLIGHT_MAX = 5;

export interface PlaceVideoOptions {
  path: string;
  sizeBytes: number;
  facts: MediaFacts;
  videoId: string;
  metadata: MetadataClient;
  placer: Pick<Placer, 'place'>;
  proposerId: string;
  /** SHA-256 of the chunks that were committed before a restart, by sequence. */
  committed: ReadonlyMap<number, Sha256Hex>;
  /** Called for each chunk once it is committed, also for those that were before. */
  onCommitted: (sizeBytes: number) => Promise<void> | void;
  /** What the chunk with the sequence waits for, in words; null once it waits no more. */
  onWaiting?: (sequence: number, waitingFor: string | null) => void;
  signal: AbortSignal;
}

const assertSame = (chunk: IngestedChunk, before: Sha256Hex): void => {
  if (chunk.sha256 === before) return;
  throw new VStackError(
    'conflict',
    `Chunk ${chunk.sequence} has other bytes than before the restart (sha256:${chunk.sha256}, was sha256:${before}): the file changed. Upload it again.`,
  );
};

const chunkCountOf = (sizeBytes: number, durationSec: number | null): number =>
  Math.max(1, Math.ceil(sizeBytes / CHUNK_BYTES_PREFERRED), Math.ceil(((durationSec ?? 0) * SECOND_MS) / SEGMENT_MS_TARGET));

/** Resolves when every chunk is committed; rejects at the first that cannot be, after the others in flight have stopped. */
export const placeVideo = async (options: PlaceVideoOptions): Promise<IngestSummary> => {
  const { videoId, placer, committed } = options;
  const stopper = new AbortController();
  const signal = AbortSignal.any([options.signal, stopper.signal]);
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const grants = createGrantBatches({
    metadata: options.metadata,
    videoId,
    ownerId: options.proposerId,
    chunkCountExpected: chunkCountOf(options.sizeBytes, options.facts.durationSecDeclared),
    isDone: (sequence) => committed.has(sequence),
    signal,
  });

  const place = async (chunk: IngestedChunk): Promise<void> => {
    try {
      const before = committed.get(chunk.sequence);
      if (before) assertSame(chunk, before);
      else await placer.place(videoId, chunk, await grants.take(chunk.sequence), signal, (waitingFor) => options.onWaiting?.(chunk.sequence, waitingFor));
      await options.onCommitted(chunk.sizeBytes);
    } catch (error) {
      // The first failure is the cause; the others follow from stopping.
      failure ??= { error };
      stopper.abort(error);
    }
  };

  const chunks = ingest(options.path, { signal });
  try {
    let step = await chunks.next();
    for (; !step.done; step = await chunks.next()) {
      const placing: Promise<void> = place(step.value).finally(() => inFlight.delete(placing));
      inFlight.add(placing);
      while (inFlight.size >= CHUNKS_IN_FLIGHT_MAX) await Promise.race(inFlight);
      signal.throwIfAborted();
    }
    await Promise.all(inFlight);
    signal.throwIfAborted();
    return step.value;
  } catch (error) {
    stopper.abort(error);
    await Promise.all(inFlight);
    options.signal.throwIfAborted();
    throw failure ? failure.error : error;
  } finally {
    await chunks.return(undefined as never);
  }
};
