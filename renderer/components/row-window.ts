/** Which rows of a long table are in the page. Pure: the composable of the same name measures, this decides. */

/** Below this a table is drawn whole: the browser lays out a hundred rows in a few milliseconds, and its own search finds them all. */
export const WINDOWED_ROWS_MIN = 100;
/** Rows drawn beyond either edge, so that a flick of the wheel does not outrun the drawing. */
const OVERSCAN_ROWS = 10;
/** The window moves in such steps, so that not every scrolled pixel draws anew. */
const STEP_ROWS = 5;

export interface RowRange {
  /** Index of the first row drawn. */
  start: number;
  /** Index after the last row drawn. */
  end: number;
}

export interface Viewport {
  /** Pixels of the rows that are scrolled out above; negative while the first row is below the edge. */
  hiddenPx: number;
  /** Pixels that can be seen at once. */
  visiblePx: number;
  rowPx: number;
  rowCount: number;
}

export const rangeOf = ({ hiddenPx, visiblePx, rowPx, rowCount }: Viewport): RowRange => {
  const first = Math.floor(hiddenPx / rowPx) - OVERSCAN_ROWS;
  const start = Math.max(0, Math.min(Math.floor(first / STEP_ROWS) * STEP_ROWS, rowCount - 1));
  const last = Math.ceil((hiddenPx + visiblePx) / rowPx) + OVERSCAN_ROWS;
  const end = Math.min(rowCount, Math.max(Math.ceil(last / STEP_ROWS) * STEP_ROWS, start + 1));
  return { start, end };
};

/** A row that is drawn, or a gap that stands for `rowCount` rows that are not, from `index` on. */
export type Piece = { kind: 'row'; index: number } | { kind: 'gap'; index: number; rowCount: number };

/**
 * The body of the table in order. The row at `keptIndex` (−1: none) is drawn wherever it is, because it has the focus: a row that leaves
 * the page takes the focus with it, and the keyboard would start again from the top.
 */
export const piecesOf = ({ start, end }: RowRange, rowCount: number, keptIndex: number): Piece[] => {
  const pieces: Piece[] = [];
  let next = 0;
  const add = (from: number, to: number): void => {
    if (from > next) pieces.push({ kind: 'gap', index: next, rowCount: from - next });
    for (let index = from; index < to; index++) pieces.push({ kind: 'row', index });
    next = to;
  };
  const isKeptOutside = keptIndex >= 0 && keptIndex < rowCount && (keptIndex < start || keptIndex >= end);
  if (isKeptOutside && keptIndex < start) add(keptIndex, keptIndex + 1);
  add(Math.min(start, rowCount), Math.min(end, rowCount));
  if (isKeptOutside && keptIndex >= end) add(keptIndex, keptIndex + 1);
  if (next < rowCount) pieces.push({ kind: 'gap', index: next, rowCount: rowCount - next });
  return pieces;
};
