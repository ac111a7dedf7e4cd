/**
 * Draws all charts of the page in turn: one requestAnimationFrame for all, at most four drawings a second each, only those that are on screen, and in
 * one frame no more than its budget allows. While the page is hidden, or nothing is due, nothing runs at all.
 */
export interface DrawTask {
  /** Draws if anything has changed. `nowMs` is the time of the frame. */
  draw(nowMs: number): void;
  /** Between two drawings that nobody asked for, in milliseconds; the chart knows how fast its pixels move. */
  intervalMs(): number;
}

export interface DrawHandle {
  /** The next drawing is due at once; for what a person did: a zoom, a resize, another theme. */
  invalidate(): void;
  setVisible(isVisible: boolean): void;
  remove(): void;
}

export interface Scheduler {
  add(task: DrawTask): DrawHandle;
}

/** What the scheduler needs of a page; tests bring their own. */
export interface FrameSource {
  nowMs(): number;
  requestFrame(callback: () => void): void;
  /** Calls back after a while; returns a function that prevents it. */
  wake(callback: () => void, afterMs: number): () => void;
  isHidden(): boolean;
  onVisibility(callback: () => void): void;
}

/** Four a second: what the eye takes for live in a chart, and what Chart.js can do twelve times over. */
export const DRAW_INTERVAL_MS_MIN = 250;
/**
 * Mostly one chart in a frame: painting comes after scripting and takes as long again, and the rest of the 16 ms belongs to the page. Twelve charts
 * at four drawings a second are 48 frames of 60.
 */
export const FRAME_BUDGET_MS = 3;

interface Entry {
  task: DrawTask;
  isVisible: boolean;
  isUrgent: boolean;
  drawnMs: number;
}

export const createScheduler = (source: FrameSource): Scheduler => {
  const entries = new Set<Entry>();
  let isFrameAsked = false;
  let cancelWake: (() => void) | null = null;

  const dueMsOf = (entry: Entry): number => (entry.isUrgent ? -Infinity : entry.drawnMs + Math.max(DRAW_INTERVAL_MS_MIN, entry.task.intervalMs()));

  const plan = (): void => {
    cancelWake?.();
    cancelWake = null;
    if (isFrameAsked || source.isHidden()) return;
    let dueMs = Infinity;
    for (const entry of entries) if (entry.isVisible) dueMs = Math.min(dueMs, dueMsOf(entry));
    if (dueMs === Infinity) return;
    const waitMs = dueMs - source.nowMs();
    if (waitMs > 0) {
      cancelWake = source.wake(plan, waitMs);
      return;
    }
    isFrameAsked = true;
    source.requestFrame(drawDue);
  };

  const drawDue = (): void => {
    isFrameAsked = false;
    if (source.isHidden()) return;
    const frameMs = source.nowMs();
    const due = [...entries].filter((entry) => entry.isVisible && dueMsOf(entry) <= frameMs).sort((a, b) => dueMsOf(a) - dueMsOf(b) || a.drawnMs - b.drawnMs);
    for (const entry of due) {
      entry.isUrgent = false;
      entry.drawnMs = frameMs;
      entry.task.draw(frameMs);
      if (source.nowMs() - frameMs >= FRAME_BUDGET_MS) break;
    }
    plan();
  };

  source.onVisibility(plan);
  return {
    add: (task) => {
      const entry: Entry = { task, isVisible: false, isUrgent: true, drawnMs: -Infinity };
      entries.add(entry);
      return {
        invalidate: () => {
          entry.isUrgent = true;
          plan();
        },
        setVisible: (isVisible) => {
          entry.isVisible = isVisible;
          plan();
        },
        remove: () => {
          entries.delete(entry);
          plan();
        },
      };
    },
  };
};

const pageFrames = (): FrameSource => ({
  nowMs: () => performance.now(),
  requestFrame: (callback) => requestAnimationFrame(callback),
  wake: (callback, afterMs) => {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  },
  isHidden: () => document.visibilityState === 'hidden',
  onVisibility: (callback) => document.addEventListener('visibilitychange', callback),
});

let ofPage: Scheduler | undefined;

/** The one scheduler of the page. */
export const pageScheduler = (): Scheduler => (ofPage ??= createScheduler(pageFrames()));
