/** The video as its chunks in playing order, or several chunks in a piece where there are too many to draw. */
import type { ChunkReport } from '../../runtime/client/chunk-source.ts';
import type { Manifest, ManifestChunk } from '../../runtime/contract/wire/metadata.ts';

/** More pieces would be thinner than a pixel or two. */
export const PIECES_MAX = 360;

export interface TimelinePiece {
  firstSequence: number;
  durationSec: number;
  /** Who gave the first of its chunks that was fetched; null while none was. */
  nodeId: string | null;
}

export const timelineOf = (manifest: Manifest, reports: ReadonlyMap<number, Pick<ChunkReport, 'nodeId'>>): TimelinePiece[] => {
  const perPiece = Math.max(1, Math.ceil(manifest.chunks.length / PIECES_MAX));
  const pieces: TimelinePiece[] = [];
  for (let start = 0; start < manifest.chunks.length; start += perPiece) {
    const chunks = manifest.chunks.slice(start, start + perPiece);
    const fetched = chunks.find((chunk) => reports.has(chunk.sequence_num));
    pieces.push({
      firstSequence: chunks[0]!.sequence_num,
      durationSec: chunks.reduce((sum, chunk) => sum + chunk.duration_sec, 0),
      nodeId: fetched ? reports.get(fetched.sequence_num)!.nodeId : null,
    });
  }
  return pieces;
};

/** The chunk that plays at a time; the last one after the end, undefined in a video without chunks. */
export const chunkAt = (manifest: Manifest, atSec: number): ManifestChunk | undefined =>
  manifest.chunks.findLast((chunk) => chunk.start_sec <= atSec) ?? manifest.chunks[0];
