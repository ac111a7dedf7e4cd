/** Chart.js behind three functions. Imported only when the first chart is drawn, since it is the heaviest part of any page that has one. */
import { Chart, type ChartDataset, Filler, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import { drawBack, drawFront } from './furniture.ts';
import type { Frame } from './frame.ts';
import { LINE_DASH_PX } from './line-labels.ts';
import type { Palette } from './palette.ts';
import type { PlotPoint } from './decimate.ts';
import type { ChartContent } from './types.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

export interface Plot {
  draw(frame: Frame, content: ChartContent, palette: Palette): void;
  destroy(): void;
}

/** So thin a line shows no difference between round and cut corners, but round ones cost twice the painting. */
const LINE_PX = 1.35;
const AREA_ALPHA = 0.14;
const STACK_ALPHA = 0.3;

const HEX = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i;

/** A token's colour, thinner. */
export const withAlpha = (colour: string, alpha: number): string => {
  const channels = HEX.exec(colour)?.slice(1).map((digits) => parseInt(digits, 16));
  return channels ? `rgb(${channels.join(' ')} / ${alpha})` : colour;
};

type LineDataset = ChartDataset<'line', PlotPoint[]>;

export const createPlot = (canvas: HTMLCanvasElement, pixelRatio = window.devicePixelRatio): Plot => {
  let drawn: { frame: Frame; content: ChartContent; palette: Palette } | null = null;
  const datasets: LineDataset[] = [];
  const chart = new Chart<'line', PlotPoint[]>(canvas, {
    type: 'line',
    data: { datasets },
    options: {
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      devicePixelRatio: pixelRatio,
      parsing: false,
      normalized: true,
      events: [],
      // Axes are ours: the plot lies where the frame says, so that crosshairs need not ask Chart.js.
      scales: { x: { type: 'linear', display: false }, y: { type: 'linear', display: false } },
      elements: { point: { radius: 0, hitRadius: 0 }, line: { borderWidth: LINE_PX, borderJoinStyle: 'bevel', tension: 0 } },
    },
    plugins: [
      {
        id: 'furniture',
        beforeDatasetsDraw: ({ ctx }) => {
          if (drawn) drawBack(ctx, drawn.frame, drawn.content, drawn.palette);
        },
        afterDatasetsDraw: ({ ctx }) => {
          if (drawn) drawFront(ctx, drawn.frame, drawn.content, drawn.palette);
        },
      },
    ],
  });

  return {
    draw: (frame, content, palette) => {
      drawn = { frame, content, palette };
      const { series, stacked } = content;
      datasets.length = series.length;
      series.forEach(({ colour, dashed, area, stepped }, index) => {
        const dataset = (datasets[index] ??= { data: [] });
        const resolved = palette.resolve(colour);
        dataset.data = frame.lines[index]!.points;
        dataset.borderColor = resolved;
        dataset.borderDash = dashed ? [...LINE_DASH_PX] : [];
        dataset.stepped = stepped ? 'before' : false;
        dataset.fill = stacked ? (index === 0 ? 'origin' : '-1') : area ? 'origin' : false;
        dataset.backgroundColor = withAlpha(resolved, stacked ? STACK_ALPHA : AREA_ALPHA);
      });
      const { area, range, min, max, widthPx, heightPx } = frame;
      const { scales, layout } = chart.options;
      Object.assign(scales!.x!, { min: range.fromMs, max: range.toMs });
      Object.assign(scales!.y!, { min, max });
      layout!.padding = { left: area.left, top: area.top, right: widthPx - area.right, bottom: heightPx - area.bottom };
      if (chart.width !== widthPx || chart.height !== heightPx) chart.resize(widthPx, heightPx);
      chart.update('none');
    },
    destroy: () => chart.destroy(),
  };
};
