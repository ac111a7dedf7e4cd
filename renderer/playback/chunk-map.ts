/** Who holds what, who served it, who failed to: one row a node, one column a chunk, or several chunks where there are too many to draw. */
import type { ChunkReport } from '../../runtime/client/chunk-source.ts';
import type { Manifest, ManifestChunk } from '../../runtime/contract/wire/metadata.ts';

/**
 * `absent`: not there. `held`: there. `unreachable`: there, but the node is down. `served`, `failed`: what this playback met. `awaited`: no node
 * has it yet, as in an upload that is under way.
 */
export type CellState = 'awaited' | 'absent' | 'held' | 'unreachable' | 'served' | 'failed';

/** Of several chunks in one cell the most telling state is shown. */
const RANK: readonly CellState[] = ['awaited', 'absent', 'held', 'unreachable', 'served', 'failed'];

/** More columns would be thinner than can be seen and pointed at. */
export const COLUMNS_MAX = 160;

export interface MapColumn {
  firstSequence: number;
  lastSequence: number;
  /** Those of its chunks that are stored. */
  chunks: readonly ManifestChunk[];
  /** Fewer copies than other chunks of this video have. */
  isShort: boolean;
}

export interface MapCell {
  state: CellState;
  /** Share of the column's chunks that the node holds, 0–1. */
  heldShare: number;
}

export interface MapRow {
  nodeId: string;
  heldCount: number;
  cells: readonly MapCell[];
}

export interface ChunkMap {
  columns: readonly MapColumn[];
  rows: readonly MapRow[];
  storedCount: number;
  shortCount: number;
}

export interface ChunkMapOptions {
  manifest: Pick<Manifest, 'chunks'>;
  /** In the order of the rows. */
  nodeIds: readonly string[];
  /** How many chunks there will be, when not all are stored yet. @default as many as are stored */
  totalChunks?: number | null;
  isDown?: (nodeId: string) => boolean;
  /** What a playback met, by sequence. */
  reports?: ReadonlyMap<number, Pick<ChunkReport, 'attempts'>>;
  columnsMax?: number;
}

const holdersOf = (chunk: ManifestChunk): string[] => chunk.urls.map((url) => url.node_id);

export const chunkMapOf = ({ manifest, nodeIds, totalChunks = null, isDown = () => false, reports = new Map(), columnsMax = COLUMNS_MAX }: ChunkMapOptions): ChunkMap => {
  const chunks = new Map(manifest.chunks.map((chunk) => [chunk.sequence_num, chunk]));
  const lastStored = Math.max(-1, ...chunks.keys());
  const count = Math.max(totalChunks ?? 0, lastStored + 1);
  const copiesMost = Math.max(0, ...manifest.chunks.map((chunk) => chunk.urls.length));
  const perColumn = Math.max(1, Math.ceil(count / columnsMax));

  const columns: MapColumn[] = [];
  for (let firstSequence = 0; firstSequence < count; firstSequence += perColumn) {
    const lastSequence = Math.min(firstSequence + perColumn, count) - 1;
    const stored = Array.from({ length: lastSequence - firstSequence + 1 }, (_, index) => chunks.get(firstSequence + index)).filter((chunk) => chunk !== undefined);
    columns.push({ firstSequence, lastSequence, chunks: stored, isShort: stored.some((chunk) => chunk.urls.length < copiesMost) });
  }

  const stateOf = (chunk: ManifestChunk, nodeId: string): CellState => {
    const attempt = reports.get(chunk.sequence_num)?.attempts.find((candidate) => candidate.nodeId === nodeId);
    if (attempt) return attempt.error === null ? 'served' : 'failed';
    if (!chunk.urls.some((url) => url.node_id === nodeId)) return 'absent';
    return isDown(nodeId) ? 'unreachable' : 'held';
  };
  const cellOf = (column: MapColumn, nodeId: string): MapCell => {
    const ranks = column.chunks.map((chunk) => RANK.indexOf(stateOf(chunk, nodeId)));
    const heldCount = column.chunks.filter((chunk) => holdersOf(chunk).includes(nodeId)).length;
    return { state: RANK[Math.max(0, ...ranks)]!, heldShare: heldCount / (column.lastSequence - column.firstSequence + 1) };
  };

  return {
    columns,
    rows: nodeIds.map((nodeId) => ({
      nodeId,
      heldCount: manifest.chunks.filter((chunk) => holdersOf(chunk).includes(nodeId)).length,
      cells: columns.map((column) => cellOf(column, nodeId)),
    })),
    storedCount: chunks.size,
    shortCount: manifest.chunks.filter((chunk) => chunk.urls.length < copiesMost).length,
  };
};

/** A column in words: `chunk 7, held by node-1 and node-3`. */
export const describeColumn = ({ firstSequence, lastSequence, chunks }: MapColumn): string => {
  const name = firstSequence === lastSequence ? `chunk ${firstSequence}` : `chunks ${firstSequence} to ${lastSequence}`;
  const holders = [...new Set(chunks.flatMap(holdersOf))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (chunks.length === 0) return `${name}, not stored yet`;
  return holders.length === 0 ? `${name}, held by no node` : `${name}, held by ${holders.join(', ')}`;
};
