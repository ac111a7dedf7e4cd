/** Keeps one canvas drawn: loads Chart.js, watches size, visibility and theme, and draws when the page's scheduler says so. */
import { inject, type InjectionKey, onBeforeUnmount, onMounted, type Ref, shallowRef } from 'vue';
import type { ChartGroup, ChartMargins } from './crosshair.ts';
import { createFrameMaker, type Frame } from './frame.ts';
import { onThemeChange, type Palette, readPalette } from './palette.ts';
import type { Plot } from './plot.ts';
import { type DrawHandle, pageScheduler, type Scheduler } from './scheduler.ts';
import type { ChartContent, TimeRange } from './types.ts';

export interface PlotModule {
  createPlot(canvas: HTMLCanvasElement): Plot;
}

export interface ChartTools {
  loadPlot(): Promise<PlotModule>;
  scheduler(): Scheduler;
}

/** Tests bring a plot that needs no canvas, and frames of their own. */
export const chartToolsKey: InjectionKey<ChartTools> = Symbol('chart tools');
const pageTools: ChartTools = { loadPlot: () => import('./plot.ts'), scheduler: pageScheduler };

export interface PlotSource {
  canvas: Readonly<Ref<HTMLCanvasElement | null>>;
  group(): ChartGroup;
  content(): ChartContent;
  /** The range to show; a live one moves from drawing to drawing. */
  range(): TimeRange;
  /** Room for the names at the ends of the lines, in pixels, in a picture of a width and a height. */
  labelWidthPx(widthPx: number, heightPx: number): number;
  onDrawn?(frame: Frame): void;
}

/** A live line that moves less than a pixel need not be drawn again, but its figures are read: at least once a second. */
const INTERVAL_MS_MAX = 1_000;

const stepMsOf = ({ fromMs, toMs }: TimeRange, widthPx: number): number => (toMs - fromMs) / Math.max(1, widthPx);

/** What a picture depends on, apart from size, theme and range. */
const versionOf = ({ series }: ChartContent): number => series.reduce((sum, { ring }) => sum + ring.version, 0);

const marginSum = ({ tickWidthPx, labelWidthPx }: ChartMargins): number => tickWidthPx + labelWidthPx;

export interface UsePlot {
  /** The picture as last drawn; null before the first. Its points belong to the plot and change with the next one. */
  frame: Readonly<Ref<Frame | null>>;
  /** Draws at the next frame, since something was changed by a person or a parent. */
  invalidate(): void;
}

export const usePlot = ({ canvas, group, content, range, labelWidthPx, onDrawn }: PlotSource): UsePlot => {
  const tools = inject(chartToolsKey, pageTools);
  const frame = shallowRef<Frame | null>(null);
  const makeFrame = createFrameMaker();
  let plot: Plot | null = null;
  let module: PlotModule | null = null;
  let palette: Palette | null = null;
  let handle: DrawHandle | null = null;
  let size = { widthPx: 0, heightPx: 0 };
  let leftPx = 0;
  let drawnVersion = -1;
  let drawnMargins = -1;
  let isChanged = true;

  const invalidate = (): void => {
    isChanged = true;
    handle?.invalidate();
  };
  /** Live windows move by whole pixels, so that a line does not shimmer. */
  const wholePixels = ({ fromMs, toMs }: TimeRange): TimeRange => {
    const stepMs = Math.max(1, Math.round(stepMsOf({ fromMs, toMs }, size.widthPx)));
    const endMs = Math.ceil(toMs / stepMs) * stepMs;
    return { fromMs: endMs - (toMs - fromMs), toMs: endMs };
  };

  const draw = (): void => {
    const element = canvas.value;
    if (!element || !module || size.widthPx === 0 || size.heightPx === 0) return;
    if (!plot) {
      // The first picture takes two turns: setting Chart.js up is as much work as drawing with it, and together they are a long task.
      plot = module.createPlot(element);
      return handle?.invalidate();
    }
    const shown = content();
    const version = versionOf(shown);
    const wanted = wholePixels(range());
    if (!isChanged && version === drawnVersion && drawnMargins === marginSum(group().marginsAt(leftPx)) && frame.value?.range.toMs === wanted.toMs) return;
    isChanged = false;
    drawnVersion = version;
    palette ??= readPalette(element);
    const margins = group().marginsAt(leftPx);
    const ownLabelPx = labelWidthPx(size.widthPx, size.heightPx);
    // A chart too narrow for names has a column of its own, and no room to give away.
    const isAligned = ownLabelPx > 0;
    const next = makeFrame(shown, {
      ...size, labelWidthPx: ownLabelPx, range: wanted,
      ...(isAligned && { tickWidthPxMin: margins.tickWidthPx, labelWidthPxMin: margins.labelWidthPx }),
    });
    if (isAligned) {
      margins.tickWidthPx = Math.max(margins.tickWidthPx, next.area.left);
      margins.labelWidthPx = Math.max(margins.labelWidthPx, ownLabelPx);
    }
    drawnMargins = marginSum(margins);
    plot.draw(next, shown, palette);
    frame.value = next;
    onDrawn?.(next);
  };

  const stops: (() => void)[] = [];
  onMounted(() => {
    const element = canvas.value!.parentElement!;
    // A line that glides is motion; one that moves once a second is news.
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)');
    handle = tools.scheduler().add({ draw, intervalMs: () => (isStill.matches ? INTERVAL_MS_MAX : Math.min(INTERVAL_MS_MAX, stepMsOf(range(), size.widthPx))) });
    const seen = new IntersectionObserver((entries) => handle?.setVisible(entries.at(-1)!.isIntersecting));
    seen.observe(element);
    const sized = new ResizeObserver((entries) => {
      const { width, height } = entries.at(-1)!.contentRect;
      size = { widthPx: Math.floor(width), heightPx: Math.floor(height) };
      leftPx = Math.round(element.getBoundingClientRect().left);
      invalidate();
    });
    sized.observe(element);
    stops.push(
      () => seen.disconnect(),
      () => sized.disconnect(),
      onThemeChange(() => {
        palette = null;
        invalidate();
      }),
    );
    // Figures that were drawn in a spare typeface are drawn again in the right one.
    void document.fonts?.ready.then(invalidate);
    void tools.loadPlot().then((loaded) => {
      module = loaded;
      invalidate();
    });
  });
  onBeforeUnmount(() => {
    stops.forEach((stop) => stop());
    handle?.remove();
    handle = null;
    plot?.destroy();
    plot = null;
  });
  return { frame, invalidate };
};
