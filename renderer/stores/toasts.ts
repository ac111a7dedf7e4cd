/**
 * Short messages at the edge of the window. Good news leaves by itself, what can be undone stays longer, failures stay until they are
 * closed. While somebody points at them or is among them with the keyboard, none leaves: reading takes as long as it takes.
 */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { VStackError } from '../../runtime/contract/errors.ts';

export interface ToastAction {
  /** The verb on the button. */
  label: string;
  run: () => void;
}

export interface Toast {
  id: number;
  tone: 'ok' | 'bad';
  title: string;
  detail: string | null;
  /** The one thing to do about it; doing it closes the toast. */
  action: ToastAction | null;
  /** Milliseconds until it leaves by itself; null: it waits to be closed. */
  durationMs: number | null;
  /** How many times the same was told in a row. */
  count: number;
}

export interface ToastOptions {
  detail?: string | null;
  action?: ToastAction | null;
  durationMs?: number | null;
}

export const GOOD_NEWS_MS = 5_000;
/** Long enough to notice, read, think and reach the button. */
export const UNDO_MS = 10_000;
/** More would cover the page; the oldest goes first. */
const TOASTS_MAX = 4;

export const useToastStore = defineStore('toasts', () => {
  const toasts = shallowRef<Toast[]>([]);
  /** True while somebody reads them. */
  const isHeld = shallowRef(false);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const leavings = new Map<number, () => void>();
  let idNext = 1;

  const stopTimer = (id: number): void => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };
  const dismiss = (id: number): void => {
    stopTimer(id);
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
    leavings.get(id)?.();
    leavings.delete(id);
  };
  const startTimer = ({ id, durationMs }: Toast): void => {
    stopTimer(id);
    if (durationMs !== null && !isHeld.value) timers.set(id, setTimeout(() => dismiss(id), durationMs));
  };

  const push = (tone: Toast['tone'], title: string, { detail = null, action = null, durationMs = null }: ToastOptions): number => {
    const same = toasts.value.find((toast) => toast.tone === tone && toast.title === title && toast.detail === detail && !toast.action && !action);
    const toast: Toast = { id: idNext++, tone, title, detail, action, durationMs, count: (same?.count ?? 0) + 1 };
    if (same) dismiss(same.id);
    for (const old of toasts.value.slice(0, Math.max(0, toasts.value.length + 1 - TOASTS_MAX))) dismiss(old.id);
    toasts.value = [...toasts.value, toast];
    startTimer(toast);
    return toast.id;
  };

  const fail = (title: string, error: unknown, action: ToastAction | null = null): void => {
    if (error instanceof VStackError && error.code === 'cancelled') return;
    push('bad', title, { detail: error instanceof Error ? error.message : String(error), action });
  };

  return {
    toasts,
    isHeld,
    dismiss,
    succeed: (title: string, detail: string | null = null, options: ToastOptions = {}): number =>
      push('ok', title, { durationMs: GOOD_NEWS_MS, ...options, detail }),
    /** Tells what failed. What the person cancelled is no failure and stays silent. The same failure again only counts up. */
    fail,
    /**
     * Tells what was done, with a way back. `undo` that fails is told in turn.
     * Resolves with whether it was undone, once the toast is gone: what must wait for that can wait for this.
     */
    undoable: (title: string, undo: () => unknown, { detail = null, label = 'Undo' }: { detail?: string | null; label?: string } = {}): Promise<boolean> => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const run = async (): Promise<void> => {
        resolve(true);
        try {
          await undo();
        } catch (error) {
          fail(`${title}; it could not be undone`, error);
        }
      };
      const id = push('ok', title, { detail, durationMs: UNDO_MS, action: { label, run: () => void run() } });
      leavings.set(id, () => resolve(false));
      return promise;
    },
    /** Does what the toast offers, and closes it. */
    act: (id: number): void => {
      const action = toasts.value.find((toast) => toast.id === id)?.action;
      action?.run();
      dismiss(id);
    },
    /** Lets none leave until `release`. */
    hold: (): void => {
      isHeld.value = true;
      for (const { id } of toasts.value) stopTimer(id);
    },
    /** Each begins its time anew: whoever was reading one has not read the others. */
    release: (): void => {
      isHeld.value = false;
      for (const toast of toasts.value) startTimer(toast);
    },
  };
});
