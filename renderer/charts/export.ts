/** Charts as files: a PNG in the colours of a theme, and the figures behind it as CSV. Loaded when the first file is wanted. */
import { createFrameMaker, type Frame, yOf } from './frame.ts';
import type { ShownChart } from './csv.ts';
import { fitLabels, LABEL_HEIGHT_PX, LABEL_LEAD_PX, LINE_DASH_PX } from './line-labels.ts';
import { type Palette, readPalette } from './palette.ts';
import { createPlot } from './plot.ts';
import { dayText } from './save.ts';
import { spread } from './spread.ts';
import { valueText } from './summary.ts';
import { timeText } from './ticks.ts';
import type { ChartContent } from './types.ts';

export { chartsAsCsv, type ShownChart } from './csv.ts';
export { fileNameOf, saveBlob } from './save.ts';

export interface PictureOptions {
  /** Above all charts. */
  title: string;
  /** @default the theme of the page */
  theme?: 'dark' | 'light';
  /** Of one chart, in CSS pixels. */
  chartWidthPx?: number;
  chartHeightPx?: number;
  /** Charts side by side. @default 1, 2 from the second chart on */
  columnCount?: number;
}

/** Sharp in a document and on a projector. */
const SCALE = 2;
const MARGIN_PX = 24;
const GAP_PX = 20;
const TITLE_PX = 44;
const CAPTION_PX = 22;
/** Between a name and its value, which has its unit with it here. */
const LABEL_AIR_PX = 12;

/** The tokens of a theme, whichever the page has: the theme's attribute works on any element. */
const paletteOf = (theme: string): Palette => {
  const probe = document.createElement('div');
  probe.dataset.theme = theme;
  document.body.append(probe);
  const palette = readPalette(probe);
  // Read before the probe leaves: a detached element has no tokens.
  const known = new Map<string, string>();
  const style = getComputedStyle(probe);
  for (let node = 1; node <= 8; node++) known.set(`var(--n${node})`, style.getPropertyValue(`--n${node}`).trim());
  for (const name of ['accent', 'ok', 'warn', 'bad', 'idle', 'ink', 'ink-2', 'ink-3']) known.set(`var(--${name})`, style.getPropertyValue(`--${name}`).trim());
  probe.remove();
  return { ...palette, resolve: (colour) => known.get(colour) ?? colour };
};

const drawLabels = (context: CanvasRenderingContext2D, frame: Frame, { series, format }: ChartContent, palette: Palette): void => {
  const { area } = frame;
  const ends = frame.lines.map(({ lastY }) => (Number.isNaN(lastY) ? area.bottom : Math.min(area.bottom, Math.max(area.top, yOf(frame, lastY)))));
  const places = spread(ends, LABEL_HEIGHT_PX, area.top - 6, area.bottom + 6);
  context.textBaseline = 'middle';
  series.forEach(({ name, colour, dashed }, index) => {
    const { lastValue } = frame.lines[index]!;
    const y = places[index]!;
    context.strokeStyle = palette.resolve(colour);
    context.lineWidth = 1.25;
    context.setLineDash(dashed ? [...LINE_DASH_PX] : []);
    context.beginPath();
    context.moveTo(area.right, ends[index]!);
    context.lineTo(area.right + LABEL_LEAD_PX, y);
    context.stroke();
    context.fillStyle = palette.ink;
    context.font = `11px ${palette.textFont}`;
    context.textAlign = 'left';
    context.fillText(name, area.right + LABEL_LEAD_PX + 4, y);
    context.font = `11px ${palette.figureFont}`;
    context.textAlign = 'right';
    context.fillText(valueText(lastValue, format), frame.widthPx, y);
  });
};

/** One chart on a canvas of its own, in CSS pixels times SCALE. */
const drawChart = ({ content, range }: ShownChart, widthPx: number, heightPx: number, labelWidthPx: number, palette: Palette): HTMLCanvasElement => {
  const canvas = document.createElement('canvas');
  const plot = createPlot(canvas, SCALE);
  const frame = createFrameMaker()(content, { widthPx, heightPx, labelWidthPx, range });
  plot.draw(frame, content, palette);
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  context.scale(SCALE, SCALE);
  drawLabels(context, frame, content, palette);
  plot.destroy();
  return copy;
};

/** In a file every line is named at its end, with its unit. */
const labelWidthOf = ({ content, range }: ShownChart, widthPx: number): number => fitLabels().widthPx({ ...content, unit: '' }, range, widthPx, Infinity) + LABEL_AIR_PX;

const periodOf = (charts: readonly ShownChart[]): string => {
  const fromMs = Math.min(...charts.map(({ range }) => range.fromMs));
  const toMs = Math.max(...charts.map(({ range }) => range.toMs));
  return `${dayText(fromMs)} ${timeText(fromMs)} to ${dayText(toMs) === dayText(fromMs) ? '' : `${dayText(toMs)} `}${timeText(toMs)}`;
};

/** @throws Error when the browser cannot make a PNG of the size */
export const chartsAsPng = async (charts: readonly ShownChart[], options: PictureOptions): Promise<Blob> => {
  const { title, theme = document.documentElement.dataset.theme ?? 'dark', chartWidthPx = 760, chartHeightPx = 240 } = options;
  const columnCount = options.columnCount ?? Math.min(2, charts.length);
  const palette = paletteOf(theme);
  const labelWidthPx = Math.max(0, ...charts.map((chart) => labelWidthOf(chart, chartWidthPx)));
  await document.fonts.ready;
  const rowCount = Math.ceil(charts.length / columnCount);
  const isCaptioned = charts.length > 1;
  const cellPx = chartHeightPx + (isCaptioned ? CAPTION_PX : 0);
  const canvas = document.createElement('canvas');
  canvas.width = SCALE * (2 * MARGIN_PX + columnCount * chartWidthPx + (columnCount - 1) * GAP_PX);
  canvas.height = SCALE * (2 * MARGIN_PX + TITLE_PX + rowCount * cellPx + (rowCount - 1) * GAP_PX);
  const context = canvas.getContext('2d')!;
  context.scale(SCALE, SCALE);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = palette.ink;
  context.textBaseline = 'alphabetic';
  const unit = charts.length === 1 && charts[0]!.content.unit;
  context.font = `600 15px ${palette.textFont}`;
  context.fillText(unit ? `${title} (${unit})` : title, MARGIN_PX, MARGIN_PX + 12);
  context.fillStyle = palette.inkQuiet;
  context.font = `11px ${palette.figureFont}`;
  if (charts.length > 0) context.fillText(periodOf(charts), MARGIN_PX, MARGIN_PX + 30);
  charts.forEach((chart, index) => {
    const x = MARGIN_PX + (index % columnCount) * (chartWidthPx + GAP_PX);
    let y = MARGIN_PX + TITLE_PX + Math.floor(index / columnCount) * (cellPx + GAP_PX);
    if (isCaptioned) {
      context.fillStyle = palette.ink;
      context.font = `600 12px ${palette.textFont}`;
      context.fillText(chart.content.unit ? `${chart.content.label} (${chart.content.unit})` : chart.content.label, x, y + 12);
      y += CAPTION_PX;
    }
    context.drawImage(drawChart(chart, chartWidthPx, chartHeightPx, labelWidthPx, palette), x, y, chartWidthPx, chartHeightPx);
  });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`The browser could not make a PNG of ${canvas.width} × ${canvas.height} pixels.`))), 'image/png');
  });
};
