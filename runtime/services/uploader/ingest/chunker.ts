/** Cuts fragments into segments, and segments into chunks. Pure: the same fragments give the same chunks. */
import { VStackError } from '../../../contract/errors.ts';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_PREFERRED, SECOND_MS, SEGMENT_MS_TARGET } from '../../../contract/units.ts';
import type { Chunk, Fragment } from './types.ts';

export interface ChunkerOptions {
  /** @default CHUNK_BYTES_PREFERRED */
  chunkBytesMax?: number;
  /** @default SEGMENT_MS_TARGET in seconds */
  segmentSecTarget?: number;
}

export interface Chunker {
  /** The chunks that this fragment completes, in order. */
  add(fragment: Fragment): Chunk[];
  /** The chunks that are still open. */
  end(): Chunk[];
}

interface Open {
  parts: Uint8Array[];
  sizeBytes: number;
  startSec: number;
  durationSec: number;
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Bytes `from` … `to` of the joined parts, as views: nothing is copied. */
const slice = (parts: readonly Uint8Array[], from: number, to: number): Uint8Array[] => {
  const views: Uint8Array[] = [];
  let offset = 0;
  for (const part of parts) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, part.length);
    if (start < end) views.push(part.subarray(start, end));
    offset += part.length;
  }
  return views;
};

/** `init` goes in front of the first fragment; it plays no time. */
export const createChunker = (init: Uint8Array, options: ChunkerOptions = {}): Chunker => {
  const chunkBytesMax = options.chunkBytesMax ?? CHUNK_BYTES_PREFERRED;
  const segmentSecTarget = options.segmentSecTarget ?? SEGMENT_MS_TARGET / SECOND_MS;
  if (chunkBytesMax > CHUNK_BYTES_MAX) throw new VStackError('internal', `No store accepts chunks of ${chunkBytesMax} bytes; the limit is ${CHUNK_BYTES_MAX}.`);

  let sequence = 0;
  let segmentIndex = 0;
  let segmentDurationSec = 0;
  let isFirst = true;
  let open: Open | undefined;

  const emit = ({ parts, sizeBytes, startSec, durationSec }: Open): Chunk => ({
    sequence: sequence++,
    segmentIndex,
    parts,
    sizeBytes,
    startSec,
    durationSec,
  });

  const flush = (): Chunk[] => {
    if (!open) return [];
    const chunk = emit(open);
    open = undefined;
    return [chunk];
  };

  /** A fragment that fills more than one chunk is cut into equal pieces, so that none of them is a tiny rest. */
  const split = (parts: readonly Uint8Array[], sizeBytes: number, { startSec, durationSec }: Fragment): Chunk[] => {
    const pieceCount = Math.ceil(sizeBytes / chunkBytesMax);
    return Array.from({ length: pieceCount }, (_, index) => {
      const from = Math.floor((sizeBytes * index) / pieceCount);
      const to = Math.floor((sizeBytes * (index + 1)) / pieceCount);
      return emit({
        parts: slice(parts, from, to),
        sizeBytes: to - from,
        startSec: startSec + (durationSec * index) / pieceCount,
        durationSec: durationSec / pieceCount,
      });
    });
  };

  return {
    add(fragment) {
      const done: Chunk[] = [];
      // The segment ends here if that brings it closer to the target than taking this fragment in as well.
      if (segmentDurationSec > 0 && segmentDurationSec + fragment.durationSec / 2 >= segmentSecTarget) {
        done.push(...flush());
        segmentIndex += 1;
        segmentDurationSec = 0;
      }
      segmentDurationSec += fragment.durationSec;

      const parts = isFirst ? [init, ...fragment.parts] : [...fragment.parts];
      isFirst = false;
      const sizeBytes = sizeOf(parts);
      if (open && open.sizeBytes + sizeBytes > chunkBytesMax) done.push(...flush());
      if (sizeBytes > chunkBytesMax) {
        done.push(...split(parts, sizeBytes, fragment));
      } else if (open) {
        open.parts.push(...parts);
        open.sizeBytes += sizeBytes;
        open.durationSec += fragment.durationSec;
      } else {
        open = { parts, sizeBytes, startSec: fragment.startSec, durationSec: fragment.durationSec };
      }
      return done;
    },
    end: flush,
  };
};
