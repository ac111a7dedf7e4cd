/** The whole way of one video from its file to its chunks, streamed. */
import { VStackError } from '../../../contract/errors.ts';
import { createSha256, sha256Hex } from '../../../platform/crypto.ts';
import { openReader, type FileReader } from '../../../platform/files.ts';
import { createChunker, type ChunkerOptions } from './chunker.ts';
import { openMedia, type OpenMedia } from './open-media.ts';
import { probeSource } from './probe.ts';
import { remux } from './remux.ts';
import type { Chunk, IngestedChunk, IngestSummary, MediaFacts } from './types.ts';

export type { IngestedChunk, IngestSummary, MediaFacts } from './types.ts';

export interface IngestOptions extends ChunkerOptions {
  signal: AbortSignal;
}

/** A container's own idea of its duration may be off by this much: by rounding, or because one track outlasts the others. */
const SHORTFALL_SEC_MAX = 2;
const SHORTFALL_SHARE_MAX = 0.05;

const join = ({ parts, sizeBytes }: Chunk): Uint8Array => {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
};

const checkComplete = (facts: MediaFacts, durationSec: number, chunkCount: number): void => {
  if (chunkCount === 0) {
    throw new VStackError('unsupported_media', 'The video is truncated: it has an index, but nothing to play. Copy or download the file again, completely.', {
      details: { reason: 'truncated' },
    });
  }
  const missingSec = (facts.durationSecDeclared ?? 0) - durationSec;
  if (missingSec > SHORTFALL_SEC_MAX && missingSec > SHORTFALL_SHARE_MAX * durationSec) {
    throw new VStackError(
      'unsupported_media',
      `The video is truncated: it should play ${facts.durationSecDeclared!.toFixed(1)} s, but only ${durationSec.toFixed(1)} s are there. ` +
        'Copy or download the file again, completely.',
      { details: { reason: 'truncated' } },
    );
  }
};

/** What of a file could be told before it is read as a whole. Throws as `ingest` does. */
export const inspect = async (path: string): Promise<MediaFacts> => {
  const reader = await openReader(path);
  try {
    const media = await openPlayable(reader);
    media.close();
    return media.facts;
  } finally {
    await reader.close();
  }
};

const openPlayable = async (reader: FileReader): Promise<OpenMedia> => {
  const container = await probeSource(reader);
  if (container === 'avi' || container === 'flv' || container === 'asf') throw needsConversion(`a file of type ${container.toUpperCase()}`);
  const media = await openMedia(reader);
  if ('unplayable' in media) throw needsConversion(`video of type ${media.unplayable}`);
  return media;
};

/**
 * Yields the chunks of the video at `path`, and returns its summary. Nothing is read ahead of the consumer but one group of pictures. The
 * same file always gives the same chunks. Whether the end is missing may turn out only after the last chunk.
 *
 * Throws `not_found`, or `unsupported_media` with `details.reason`: `empty`, `junk`, `truncated`, `damaged`, `no-video`, `encrypted`,
 * `long-group`, `no-key-frame`, or `needs-conversion` for what convertSource can make playable.
 */
export async function* ingest(path: string, options: IngestOptions): AsyncGenerator<IngestedChunk, IngestSummary> {
  const reader = await openReader(path);
  try {
    const media = await openPlayable(reader);
    try {
      const pieces = remux(media, { signal: options.signal });
      const total = createSha256();
      const counts = { initSizeBytes: 0, sizeBytes: 0, chunkCount: 0, segmentCount: 0 };
      const finish = (chunk: Chunk): IngestedChunk => {
        const bytes = join(chunk);
        total.update(bytes);
        counts.sizeBytes += bytes.length;
        counts.chunkCount += 1;
        counts.segmentCount = chunk.segmentIndex + 1;
        const { sequence, segmentIndex, sizeBytes, startSec, durationSec } = chunk;
        return { sequence, segmentIndex, sizeBytes, startSec, durationSec, bytes, sha256: sha256Hex(bytes) };
      };

      let chunker = createChunker(new Uint8Array(), options);
      let step = await pieces.next();
      for (; !step.done; step = await pieces.next()) {
        const piece = step.value;
        if (piece.kind === 'init') {
          counts.initSizeBytes = piece.bytes.length;
          chunker = createChunker(piece.bytes, options);
          continue;
        }
        for (const chunk of chunker.add(piece)) yield finish(chunk);
      }
      const last = chunker.end().map(finish);
      const { mime, codecs, durationSec } = step.value;
      checkComplete(media.facts, durationSec, counts.chunkCount);
      yield* last;
      return { mime, codecs, durationSec, ...counts, sha256: total.digestHex(), width: media.facts.width, height: media.facts.height };
    } finally {
      media.close();
    }
  } catch (error) {
    throw asMediaError(error, options.signal);
  } finally {
    await reader.close();
  }
}

const needsConversion = (what: string): VStackError =>
  new VStackError('unsupported_media', `No browser plays ${what}.`, { details: { reason: 'needs-conversion', what } });

/** A demuxer's own errors mean that the file is damaged where it was being read. */
const asMediaError = (error: unknown, signal: AbortSignal): unknown => {
  if (error instanceof VStackError || signal.aborted) return error;
  return new VStackError('unsupported_media', `The video is damaged: ${(error as Error).message} Check that it plays to its end on this computer.`, {
    cause: error,
    details: { reason: 'damaged' },
  });
};
