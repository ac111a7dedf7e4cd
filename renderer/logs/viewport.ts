/**
 * Which lines of a long log are drawn. The scroll position names a point in the list, in lines: at a third of the way it is the line a
 * third of the way down, and it stands a third of the way down the window. With lines of one height this is plain scrolling; with wrapped or
 * opened lines it needs no heights but those of the few that are drawn.
 */
export interface LogViewport {
  lineCount: number;
  /** Height of a line that is neither wrapped nor opened. */
  linePx: number;
  /** Height of the window. */
  heightPx: number;
  scrollPx: number;
}

export interface LogWindow {
  /** Position of the first line drawn. */
  start: number;
  /** Position after the last line drawn. */
  end: number;
  /** The point that is held still: a line, and how far into it, 0–1. */
  anchor: { position: number; part: number };
  /** Where that point stands, in pixels from the beginning of the content. */
  anchorPx: number;
}

/** Up to so many lines all are drawn and scrolled by the browser itself; they are higher than any window together. */
export const WHOLE_LINES_MAX = 150;
/** Drawn beyond the edges, so that a quick wheel does not show emptiness. */
const OVERSCAN_LINES = 6;

export const contentPx = ({ lineCount, linePx }: LogViewport): number => lineCount * linePx;

export const windowOf = (viewport: LogViewport): LogWindow => {
  const { lineCount, linePx, heightPx, scrollPx } = viewport;
  const totalPx = contentPx(viewport);
  const scrollMax = Math.max(0, totalPx - heightPx);
  const share = scrollMax > 0 ? Math.min(1, Math.max(0, scrollPx / scrollMax)) : 0;
  const point = share * lineCount;
  const position = Math.max(0, Math.min(lineCount - 1, Math.floor(point)));
  const visibleCount = heightPx / linePx;
  return {
    start: Math.max(0, Math.floor(point - share * visibleCount) - OVERSCAN_LINES),
    end: Math.min(lineCount, Math.ceil(point + (1 - share) * visibleCount) + OVERSCAN_LINES),
    anchor: { position, part: point - position },
    anchorPx: share * totalPx,
  };
};

/** The scroll position at which a line stands in the middle of the window. */
export const scrollPxTo = (position: number, { lineCount, linePx, heightPx }: LogViewport): number => {
  const scrollMax = Math.max(0, lineCount * linePx - heightPx);
  return Math.min(scrollMax, Math.max(0, (position + 0.5) * linePx - heightPx / 2));
};
