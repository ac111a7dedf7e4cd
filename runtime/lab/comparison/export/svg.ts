/** Charts as SVG text: they need no script and no style sheet of their own; colours come from the page's variables. */

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

const WIDTH = 720;
const LABEL_WIDTH = 150;
const ROW_HEIGHT = 30;
const AXIS_HEIGHT = 26;
const RIGHT_MARGIN = 40;
const PLOT_WIDTH = WIDTH - LABEL_WIDTH - RIGHT_MARGIN;

const at = (value: number): string => value.toFixed(1);

/** Round steps: 1, 2 or 5 times a power of ten, five of them or so. */
export const ticksUpTo = (max: number): number[] => {
  if (!(max > 0)) return [0];
  const rough = max / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
};

const frame = (title: string, rowCount: number, body: string): string => {
  const height = rowCount * ROW_HEIGHT + AXIS_HEIGHT;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">${body}</svg>`;
};

const rowLabel = (label: string, row: number): string =>
  `<text class="label" x="${LABEL_WIDTH - 10}" y="${at(row * ROW_HEIGHT + ROW_HEIGHT / 2 + 4)}" text-anchor="end">${escapeHtml(label)}</text>`;

const axis = (ticks: readonly { x: number; label: string }[], rowCount: number, emphasised?: number): string => {
  const bottom = rowCount * ROW_HEIGHT;
  return ticks
    .map(({ x, label }, index) => `<line class="${index === emphasised ? 'one' : 'grid'}" x1="${at(x)}" x2="${at(x)}" y1="0" y2="${bottom}"/><text class="tick" x="${at(x)}" y="${bottom + 17}" text-anchor="middle">${escapeHtml(label)}</text>`)
    .join('');
};

export interface DotRow {
  label: string;
  /** Of single sessions. */
  values: readonly number[];
  /** The figure over all of them, and its interval. */
  value: number | null;
  low: number | null;
  high: number | null;
}

/** A dot for each session, a bar for the interval, a stroke for the figure. */
export const dotChart = (title: string, rows: readonly DotRow[], format: (value: number) => string): string => {
  const max = Math.max(0, ...rows.flatMap(({ values, value, high }) => [...values, value ?? 0, high ?? 0]));
  const ticks = ticksUpTo(max);
  const scale = (value: number): number => LABEL_WIDTH + (max > 0 ? Math.max(0, value) / Math.max(max, ticks.at(-1)!) : 0) * PLOT_WIDTH;
  const body = rows.map(({ label, values, value, low, high }, row) => {
    const middle = row * ROW_HEIGHT + ROW_HEIGHT / 2;
    // Dots of the same value lie beside each other, by their turn, so that many look like many.
    const dots = values.map((one, index) => `<circle class="dot" cx="${at(scale(one))}" cy="${at(middle - 6 + (index % 5) * 3)}" r="2.5"/>`).join('');
    const interval = low === null || high === null ? '' : `<rect class="interval" x="${at(scale(low))}" y="${at(middle - 3)}" width="${at(Math.max(1, scale(high) - scale(low)))}" height="6"/>`;
    const mark = value === null ? '' : `<line class="mark" x1="${at(scale(value))}" x2="${at(scale(value))}" y1="${at(middle - 10)}" y2="${at(middle + 10)}"><title>${escapeHtml(`${label}: ${format(value)}`)}</title></line>`;
    return rowLabel(label, row) + interval + dots + mark;
  });
  return frame(title, rows.length, axis(ticks.map((tick) => ({ x: scale(tick), label: format(tick) })), rows.length) + body.join(''));
};

export interface RatioRow {
  label: string;
  value: number;
  low: number | null;
  high: number | null;
}

const RATIO_TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

/** Ratios on a logarithmic axis around 1, with their intervals. What is 0, or beyond the axis, stands at its end. */
export const ratioChart = (title: string, rows: readonly RatioRow[], format: (value: number) => string): string => {
  const positive = rows.flatMap(({ value, low, high }) => [value, low, high]).filter((value) => value !== null && value > 0) as number[];
  const from = RATIO_TICKS.findLast((tick) => tick <= Math.min(0.5, ...positive)) ?? RATIO_TICKS[0]!;
  const to = RATIO_TICKS.find((tick) => tick >= Math.max(2, ...positive)) ?? RATIO_TICKS.at(-1)!;
  const scale = (value: number): number => LABEL_WIDTH + (Math.log(Math.min(to, Math.max(from, value)) / from) / Math.log(to / from)) * PLOT_WIDTH;
  const ticks = RATIO_TICKS.filter((tick) => tick >= from && tick <= to);
  const body = rows.map(({ label, value, low, high }, row) => {
    const middle = row * ROW_HEIGHT + ROW_HEIGHT / 2;
    const interval = low === null || high === null ? '' : `<line class="whisker" x1="${at(scale(low))}" x2="${at(scale(high))}" y1="${at(middle)}" y2="${at(middle)}"/>`;
    return `${rowLabel(label, row)}${interval}<rect class="ratio" x="${at(scale(value) - 4)}" y="${at(middle - 4)}" width="8" height="8"><title>${escapeHtml(`${label}: ${format(value)}`)}</title></rect>`;
  });
  return frame(title, rows.length, axis(ticks.map((tick) => ({ x: scale(tick), label: `${tick}×` })), rows.length, ticks.indexOf(1)) + body.join(''));
};

export interface LoadRow {
  label: string;
  parts: readonly { name: string; value: number }[];
}

/** How a whole is divided, row by row; parts are told apart by their text too, not by colour alone. */
export const loadChart = (title: string, rows: readonly LoadRow[]): string => {
  const body = rows.map(({ label, parts }, row) => {
    const total = parts.reduce((sum, { value }) => sum + value, 0);
    let from = 0;
    const bars = parts.map(({ name, value }, index) => {
      const share = total > 0 ? value / total : 0;
      const [x, width] = [LABEL_WIDTH + from * PLOT_WIDTH, share * PLOT_WIDTH];
      from += share;
      const percent = `${(share * 100).toFixed(0)} %`;
      const caption = width > 60 ? `<text class="part" x="${at(x + width / 2)}" y="${at(row * ROW_HEIGHT + ROW_HEIGHT / 2 + 4)}" text-anchor="middle">${escapeHtml(percent)}</text>` : '';
      return `<rect class="part-${index % 5}" x="${at(x)}" y="${row * ROW_HEIGHT + 4}" width="${at(Math.max(0, width - 1))}" height="${ROW_HEIGHT - 8}"><title>${escapeHtml(`${name}: ${percent}`)}</title></rect>${caption}`;
    });
    return rowLabel(label, row) + bars.join('');
  });
  return frame(title, rows.length, body.join(''));
};
