/** Short messages at the edge of the window. Failures stay until they are closed; good news leaves by itself. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { VStackError } from '../../runtime/contract/errors.ts';

export interface Toast {
  id: number;
  tone: 'ok' | 'bad';
  title: string;
  detail: string | null;
}

const GOOD_NEWS_MS = 5_000;
/** More would cover the page; the oldest goes first. */
const TOASTS_MAX = 4;

export const useToastStore = defineStore('toasts', () => {
  const toasts = shallowRef<Toast[]>([]);
  let idNext = 1;

  const dismiss = (id: number): void => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  };
  const push = (tone: Toast['tone'], title: string, detail: string | null): number => {
    const toast = { id: idNext++, tone, title, detail };
    toasts.value = [...toasts.value, toast].slice(-TOASTS_MAX);
    return toast.id;
  };

  return {
    toasts,
    dismiss,
    succeed: (title: string, detail: string | null = null): void => {
      const id = push('ok', title, detail);
      setTimeout(() => dismiss(id), GOOD_NEWS_MS);
    },
    /** Tells what failed. What the person cancelled is no failure and stays silent. */
    fail: (title: string, error: unknown): void => {
      if (error instanceof VStackError && error.code === 'cancelled') return;
      push('bad', title, error instanceof Error ? error.message : String(error));
    },
  };
});
