/** One call, made by hand: how long it has been under way, what it answered, or why it failed. */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import type { CallName } from '../../runtime/contract/control/index.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import { useConsoleStore } from '../stores/console.ts';
import { useToastStore } from '../stores/toasts.ts';

export type CallOutcome =
  | { phase: 'idle' }
  | { phase: 'running'; startedAtMs: number; isCancelling: boolean }
  | { phase: 'done'; tookMs: number; output: unknown }
  | { phase: 'failed'; tookMs: number; code: string; message: string };

export interface CallRun {
  outcome: Readonly<ShallowRef<CallOutcome>>;
  /** Resolves when the call has ended, however; never rejects. A call under way goes on when its page is closed, and then ends in a toast. */
  run(name: CallName, input: unknown): Promise<void>;
  /** Asks the host to stop; its answer ends the call. */
  cancel(): void;
}

export const useCallRun = (): CallRun => {
  const memory = useConsoleStore();
  const toasts = useToastStore();
  const outcome = shallowRef<CallOutcome>({ phase: 'idle' });
  let abort: AbortController | undefined;
  let isGone = false;
  onScopeDispose(() => (isGone = true));

  return {
    outcome,
    run: async (name, input) => {
      abort = new AbortController();
      const startedAtMs = Date.now();
      outcome.value = { phase: 'running', startedAtMs, isCancelling: false };
      try {
        const output = await memory.run(name, input, abort.signal);
        outcome.value = { phase: 'done', tookMs: Date.now() - startedAtMs, output };
        if (isGone) toasts.succeed(`${name} is done`);
      } catch (error) {
        const code = error instanceof VStackError ? error.code : 'internal';
        outcome.value = { phase: 'failed', tookMs: Date.now() - startedAtMs, code, message: error instanceof Error ? error.message : String(error) };
        if (isGone) toasts.fail(`${name} failed`, error);
      }
    },
    cancel: () => {
      if (outcome.value.phase !== 'running') return;
      outcome.value = { ...outcome.value, isCancelling: true };
      abort?.abort();
    },
  };
};
