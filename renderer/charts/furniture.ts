/** What stands around and behind the lines: grid, ticks, target band, levels, event marks. Drawn on the chart's own canvas, so that exports have it too. */
import type { Tone } from '../theme/status.ts';
import { type Frame, xOf, yOf } from './frame.ts';
import type { Palette } from './palette.ts';
import type { ChartContent, ChartSeries } from './types.ts';

const TICK_FONT_PX = 10;
const BAND_ALPHA = 0.1;
const MARK_ALPHA = 0.55;
const DASH = [4, 3];
/** Half the size of an event's sign on the time axis. */
const SIGN_PX = 3.5;
/** Nearer to one another only the worse of two events has its sign; both have their lines. */
const SIGN_ROOM_PX = 9;
const TONES: readonly Tone[] = ['bad', 'warn', 'ok', 'busy', 'idle'];
const LONER_PX = 1.25;
/** Room a level's name needs above its line. */
const NAME_PX = 12;

/** A line of one pixel is sharp when it runs through the middle of pixels. */
const sharp = (value: number): number => Math.round(value) + 0.5;

const line = (context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void => {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
};

/** The same shapes as Status.vue: ● ▲ ■ ✕, and a ring for what is under way. */
const sign = (context: CanvasRenderingContext2D, tone: Tone, x: number, y: number): void => {
  const size = SIGN_PX;
  context.beginPath();
  if (tone === 'ok' || tone === 'busy') context.arc(x, y, size, 0, 2 * Math.PI);
  else if (tone === 'warn') {
    context.moveTo(x, y - size);
    context.lineTo(x + size + 0.5, y + size);
    context.lineTo(x - size - 0.5, y + size);
    context.closePath();
  } else if (tone === 'idle') context.rect(x - size + 0.5, y - size + 0.5, 2 * size - 1, 2 * size - 1);
  else {
    context.lineWidth = 1.75;
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
    return;
  }
  if (tone === 'busy') context.stroke();
  else context.fill();
};

/** Behind the lines. */
export const drawBack = (context: CanvasRenderingContext2D, frame: Frame, { band, levels }: ChartContent, palette: Palette): void => {
  const { area } = frame;
  const isInside = (y: number): boolean => y >= area.top - 0.5 && y <= area.bottom + 0.5;
  context.save();
  context.lineWidth = 1;
  context.font = `${TICK_FONT_PX}px ${palette.figureFont}`;

  if (band) {
    const top = Math.max(area.top, yOf(frame, band.to));
    const bottom = Math.min(area.bottom, yOf(frame, band.from));
    context.globalAlpha = BAND_ALPHA;
    context.fillStyle = palette.tones.ok;
    if (bottom > top) context.fillRect(area.left, top, area.right - area.left, bottom - top);
    context.globalAlpha = 1;
  }

  context.strokeStyle = palette.grid;
  context.fillStyle = palette.inkQuiet;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const { value, text } of frame.valueTicks) {
    const y = sharp(yOf(frame, value));
    if (!isInside(y - 0.5)) continue;
    line(context, area.left, y, area.right, y);
    context.fillText(text, area.left - 6, y);
  }
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  for (const { atMs, text } of frame.timeTicks) {
    const x = sharp(xOf(frame, atMs));
    line(context, x, area.top, x, area.bottom + 3);
    const half = context.measureText(text).width / 2;
    if (x - half >= 0 && x + half <= frame.widthPx) context.fillText(text, x, area.bottom + 14);
  }
  context.strokeStyle = palette.axis;
  line(context, area.left, sharp(area.bottom), area.right, sharp(area.bottom));

  context.textAlign = 'left';
  context.font = `${TICK_FONT_PX}px ${palette.textFont}`;
  for (const { value, tone } of levels) {
    const y = sharp(yOf(frame, value));
    if (!isInside(y - 0.5)) continue;
    context.strokeStyle = palette.tones[tone];
    context.setLineDash(DASH);
    line(context, area.left, y, area.right, y);
  }
  context.restore();
};

/** The names of band and levels stand on a patch of background, so that a line behind them does not cross them out. */
const name = (context: CanvasRenderingContext2D, text: string, x: number, y: number, palette: Palette): void => {
  const { width } = context.measureText(text);
  context.globalAlpha = 0.8;
  context.fillStyle = palette.background;
  context.fillRect(x - 3, y - NAME_PX / 2 - 1, width + 6, NAME_PX + 1);
  context.globalAlpha = 1;
  context.fillStyle = palette.inkQuiet;
  context.fillText(text, x, y);
};

/** A sample between two gaps has no line to be seen by. */
const drawLoners = (context: CanvasRenderingContext2D, frame: Frame, series: readonly ChartSeries[], palette: Palette): void => {
  frame.lines.forEach(({ points }, line) => {
    context.fillStyle = palette.resolve(series[line]!.colour);
    for (const [index, { x, y }] of points.entries()) {
      const isAlone = !Number.isNaN(y) && Number.isNaN(points[index - 1]?.y ?? NaN) && Number.isNaN(points[index + 1]?.y ?? NaN);
      if (!isAlone || x < frame.range.fromMs || x > frame.range.toMs || y > frame.max || y < frame.min) continue;
      context.beginPath();
      context.arc(xOf(frame, x), yOf(frame, y), LONER_PX, 0, 2 * Math.PI);
      context.fill();
    }
  });
};

/** Before the lines. */
export const drawFront = (context: CanvasRenderingContext2D, frame: Frame, { series, band, levels, marks }: ChartContent, palette: Palette): void => {
  const { area, range } = frame;
  context.save();
  drawLoners(context, frame, series, palette);
  const signedX: number[] = [];
  const shown = marks.filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs).sort((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  for (const { atMs, tone } of shown) {
    const x = sharp(xOf(frame, atMs));
    context.lineWidth = 1;
    context.strokeStyle = palette.tones[tone];
    context.fillStyle = palette.tones[tone];
    context.globalAlpha = MARK_ALPHA;
    context.setLineDash([2, 2]);
    line(context, x, area.top, x, area.bottom);
    context.setLineDash([]);
    context.globalAlpha = 1;
    if (signedX.some((otherX) => Math.abs(otherX - x) < SIGN_ROOM_PX)) continue;
    signedX.push(x);
    context.fillStyle = palette.background;
    context.fillRect(x - SIGN_PX - 2, area.bottom - SIGN_PX - 1.5, 2 * SIGN_PX + 4, 2 * SIGN_PX + 4);
    context.fillStyle = palette.tones[tone];
    sign(context, tone, x, area.bottom + 0.5);
  }
  context.font = `${TICK_FONT_PX}px ${palette.textFont}`;
  context.textBaseline = 'middle';
  const named = [...levels.map(({ value, label }) => ({ value, label })), ...(band ? [{ value: band.to, label: band.label }] : [])];
  let lastY = Infinity;
  for (const { value, label } of named.sort((a, b) => a.value - b.value)) {
    const lineY = yOf(frame, value);
    // Above its line, below it where there is no room.
    const y = lineY - area.top >= NAME_PX ? lineY - 7 : lineY + 8;
    if (y < area.top || y > area.bottom || lastY - y < NAME_PX) continue;
    name(context, label, area.left + 6, y, palette);
    lastY = y;
  }
  context.restore();
};
