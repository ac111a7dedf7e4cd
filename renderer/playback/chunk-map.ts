/** Who holds what, who served it, who failed to: one row a node, one column a chunk, or several chunks where there are too many to draw. */
import type { ChunkReport } from '../../runtime/client/chunk-source.ts';
import type { Manifest, ManifestChunk } from '../../runtime/contract/wire/metadata.ts';

export type CellState = 'absent' | 'held' | 'served' | 'failed';

export interface MapRow {
  nodeId: string;
  heldCount: number;
  cells: { state: CellState; title: string }[];
}

/** More columns would be thinner than can be seen. */
export const COLUMNS_MAX = 160;

/** Of several chunks in one cell the most telling one is shown. */
const RANK: readonly CellState[] = ['absent', 'held', 'served', 'failed'];

const holds = (chunk: ManifestChunk, nodeId: string): boolean => chunk.urls.some((url) => url.node_id === nodeId);

const stateOf = (chunk: ManifestChunk, nodeId: string, report: ChunkReport | undefined): CellState => {
  const attempt = report?.attempts.find((candidate) => candidate.nodeId === nodeId);
  if (attempt) return attempt.error === null ? 'served' : 'failed';
  return holds(chunk, nodeId) ? 'held' : 'absent';
};

/** `nodeIds` in the order of the rows. */
export const chunkMapOf = (manifest: Manifest, nodeIds: readonly string[], reports: ReadonlyMap<number, ChunkReport>): MapRow[] => {
  const perColumn = Math.ceil(manifest.chunks.length / COLUMNS_MAX);
  const columns: ManifestChunk[][] = [];
  for (let start = 0; start < manifest.chunks.length; start += perColumn) columns.push(manifest.chunks.slice(start, start + perColumn));
  return nodeIds.map((nodeId) => ({
    nodeId,
    heldCount: manifest.chunks.filter((chunk) => holds(chunk, nodeId)).length,
    cells: columns.map((chunks) => {
      const ranks = chunks.map((chunk) => RANK.indexOf(stateOf(chunk, nodeId, reports.get(chunk.sequence_num))));
      const state = RANK[Math.max(...ranks)]!;
      const [first, last] = [chunks[0]!.sequence_num, chunks.at(-1)!.sequence_num];
      return { state, title: `${first === last ? `chunk ${first}` : `chunks ${first}–${last}`}, ${nodeId}: ${state}` };
    }),
  }));
};
