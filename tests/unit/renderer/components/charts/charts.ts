/** What a chart needs of a browser, moved by the test: sizes, visibility, frames, and a plot that remembers what it was told to draw. */
import type { Frame } from '../../../../../renderer/charts/frame.ts';
import type { Plot } from '../../../../../renderer/charts/plot.ts';
import { createScheduler } from '../../../../../renderer/charts/scheduler.ts';
import { type ChartTools, chartToolsKey } from '../../../../../renderer/charts/use-plot.ts';

export const PLOT_SIZE = { width: 500, height: 160 };

export const stubCharts = () => {
  let nowMs = 1_000;
  let frames: (() => void)[] = [];
  let wakes: (() => void)[] = [];
  const stub = {
    drawn: [] as Frame[],
    destroyedCount: 0,
    loadedCount: 0,
    createdCount: 0,
    /** One turn of the frames that were asked for. */
    turn: (): void => {
      const asked = frames;
      frames = [];
      asked.forEach((callback) => callback());
    },
    /** What is due a second later: timers, then the frames that were asked for, until none is asked for any more. */
    frame: (): void => {
      nowMs += 1_000;
      const woken = wakes;
      wakes = [];
      woken.forEach((callback) => callback());
      while (frames.length > 0) stub.turn();
    },
    global: {} as { provide: Record<symbol, unknown> },
  };
  const plot: Plot = {
    draw: (frame) => stub.drawn.push(frame),
    destroy: () => {
      stub.destroyedCount += 1;
    },
  };
  const scheduler = createScheduler({
    nowMs: () => nowMs,
    requestFrame: (callback) => frames.push(callback),
    wake: (callback) => {
      wakes.push(callback);
      return () => (wakes = wakes.filter((other) => other !== callback));
    },
    isHidden: () => false,
    onVisibility: () => undefined,
  });
  const tools: ChartTools = {
    loadPlot: async () => {
      stub.loadedCount += 1;
      return {
        createPlot: () => {
          stub.createdCount += 1;
          return plot;
        },
      };
    },
    scheduler: () => scheduler,
  };
  stub.global = { provide: { [chartToolsKey as symbol]: tools } };
  return stub;
};

/** happy-dom lays nothing out, so sizes and sight are told. */
export class SeenObserver {
  #callback: IntersectionObserverCallback;
  constructor(callback: IntersectionObserverCallback) {
    this.#callback = callback;
  }
  observe(): void {
    this.#callback([{ isIntersecting: true } as IntersectionObserverEntry], this as never);
  }
  disconnect(): void {}
}
export class SizedObserver {
  #callback: ResizeObserverCallback;
  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback;
  }
  observe(): void {
    this.#callback([{ contentRect: PLOT_SIZE } as ResizeObserverEntry], this as never);
  }
  disconnect(): void {}
}
