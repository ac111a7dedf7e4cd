import { beforeEach, expect, test } from 'vitest';
import { createScheduler, DRAW_INTERVAL_MS_MIN, type FrameSource, FRAME_BUDGET_MS, type Scheduler } from '../../../../renderer/charts/scheduler.ts';

interface FakePage {
  isHidden: boolean;
  framesAsked: number;
  source: FrameSource;
  spend(ms: number): void;
  frame(): void;
  pass(ms: number): void;
  hide(isHidden: boolean): void;
  pendingCount(): number;
}

/** A page whose clock and frames move when the test says so. */
const fakePage = (): FakePage => {
  let nowMs = 1_000;
  let frames: (() => void)[] = [];
  let wakes: { callback: () => void; atMs: number }[] = [];
  let onVisible = (): void => undefined;
  const page: FakePage = {
    isHidden: false,
    framesAsked: 0,
    source: {
      nowMs: () => nowMs,
      requestFrame: (callback) => {
        page.framesAsked += 1;
        frames.push(callback);
      },
      wake: (callback, afterMs) => {
        const wake = { callback, atMs: nowMs + afterMs };
        wakes.push(wake);
        return () => (wakes = wakes.filter((other) => other !== wake));
      },
      isHidden: () => page.isHidden,
      onVisibility: (callback) => (onVisible = callback),
    },
    spend: (ms) => {
      nowMs += ms;
    },
    frame: () => {
      const asked = frames;
      frames = [];
      asked.forEach((callback) => callback());
    },
    /** Sixty frames a second until then. */
    pass: (ms: number) => {
      const endMs = nowMs + ms;
      while (nowMs < endMs) {
        nowMs = Math.min(endMs, nowMs + 16);
        const due = wakes.filter(({ atMs }) => atMs <= nowMs);
        wakes = wakes.filter(({ atMs }) => atMs > nowMs);
        due.forEach(({ callback }) => callback());
        page.frame();
      }
    },
    hide: (isHidden: boolean) => {
      page.isHidden = isHidden;
      onVisible();
    },
    pendingCount: () => frames.length + wakes.length,
  };
  return page;
};

let page: FakePage;
let scheduler: Scheduler;
beforeEach(() => {
  page = fakePage();
  scheduler = createScheduler(page.source);
});

const chart = (options: { intervalMs?: number; costMs?: number } = {}) => {
  const drawnMs: number[] = [];
  const task = {
    draw: () => {
      drawnMs.push(page.source.nowMs());
      page.spend(options.costMs ?? 0);
    },
    intervalMs: () => options.intervalMs ?? 0,
  };
  return { drawnMs, handle: scheduler.add(task) };
};

test('a visible chart is drawn at most four times a second', () => {
  const { drawnMs, handle } = chart();
  handle.setVisible(true);
  page.pass(10_000);
  expect(drawnMs.length).toBeGreaterThan(30);
  expect(drawnMs.length).toBeLessThanOrEqual(41);
  for (let index = 1; index < drawnMs.length; index++) expect(drawnMs[index]! - drawnMs[index - 1]!).toBeGreaterThanOrEqual(DRAW_INTERVAL_MS_MIN);
});

test('a chart whose pixels move slowly is drawn as slowly', () => {
  const { drawnMs, handle } = chart({ intervalMs: 1_000 });
  handle.setVisible(true);
  page.pass(10_000);
  expect(drawnMs.length).toBeGreaterThanOrEqual(9);
  expect(drawnMs.length).toBeLessThanOrEqual(11);
});

test('between drawings no frame is asked for', () => {
  const { handle } = chart({ intervalMs: 1_000 });
  handle.setVisible(true);
  page.pass(10_000);
  expect(page.framesAsked).toBeLessThanOrEqual(11);
});

test('a chart out of sight is not drawn, and is drawn at once when it comes into sight', () => {
  const { drawnMs, handle } = chart();
  page.pass(1_000);
  expect(drawnMs).toEqual([]);
  handle.setVisible(true);
  page.pass(32);
  expect(drawnMs).toHaveLength(1);
  handle.setVisible(false);
  page.pass(2_000);
  expect(drawnMs).toHaveLength(1);
});

test('a hidden page stands still, and goes on when it is shown', () => {
  const { drawnMs, handle } = chart();
  handle.setVisible(true);
  page.pass(500);
  page.hide(true);
  const count = drawnMs.length;
  page.pass(5_000);
  expect(drawnMs).toHaveLength(count);
  expect(page.pendingCount()).toBe(0);
  page.hide(false);
  page.pass(32);
  expect(drawnMs).toHaveLength(count + 1);
});

test('what a person did is drawn in the next frame, once', () => {
  const { drawnMs, handle } = chart({ intervalMs: 60_000 });
  handle.setVisible(true);
  page.pass(100);
  for (let change = 0; change < 20; change++) handle.invalidate();
  page.pass(100);
  expect(drawnMs).toHaveLength(2);
});

test('many charts are spread over frames, none of which outlasts its budget by more than one drawing', () => {
  const charts = Array.from({ length: 12 }, () => chart({ costMs: 5 }));
  charts.forEach(({ handle }) => handle.setVisible(true));
  const startMs = page.source.nowMs();
  page.frame();
  expect(page.source.nowMs() - startMs).toBeLessThanOrEqual(FRAME_BUDGET_MS + 5);
  page.pass(400);
  expect(charts.every(({ drawnMs }) => drawnMs.length > 0)).toBe(true);
});

test('under more work than frames allow every chart still gets its turn', () => {
  const charts = Array.from({ length: 30 }, () => chart({ costMs: 20 }));
  charts.forEach(({ handle }) => handle.setVisible(true));
  page.pass(12_000);
  const counts = charts.map(({ drawnMs }) => drawnMs.length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
});

test('a removed chart is never drawn again, and the last one leaves nothing behind', () => {
  const { drawnMs, handle } = chart();
  handle.setVisible(true);
  page.pass(300);
  handle.remove();
  const count = drawnMs.length;
  page.pass(2_000);
  expect(drawnMs).toHaveLength(count);
  expect(page.pendingCount()).toBe(0);
});
