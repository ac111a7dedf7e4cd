/** What the service does on its own: one round after the other, never two at once, none while rows are provisional. */
import type { Context } from './context.ts';

export interface Background {
  /** One round now; joins the one that is running. */
  sweepNow(): Promise<void>;
  stop(): Promise<void>;
}

export const createBackground = (context: Context, tasks: Readonly<Record<string, () => Promise<void>>>, isPaused: () => boolean): Background => {
  const { clock, settings, log } = context;
  let running: Promise<void> | undefined;
  let cancelTimer = (): void => {};
  let isStopped = false;

  const round = async (): Promise<void> => {
    for (const [name, task] of Object.entries(tasks)) {
      if (isStopped || isPaused()) return;
      try {
        await task();
      } catch (error) {
        if (!isStopped) log.error({ err: error, task: name }, 'a background task failed; it is tried again in the next round');
      }
    }
  };

  const sweepNow = (): Promise<void> => {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  };

  const schedule = (): void => {
    if (isStopped) return;
    cancelTimer = clock.after(settings.sweepMs, () => void sweepNow().finally(schedule));
  };
  schedule();

  return {
    sweepNow,
    async stop() {
      isStopped = true;
      cancelTimer();
      await running;
    },
  };
};
