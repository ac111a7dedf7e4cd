/** Tells a launch step by step, with times. */
import type { LaunchStep } from '../contract/control/cluster.ts';
import type { Clock } from '../platform/clock.ts';

export interface LaunchSteps {
  list(): LaunchStep[];
  declare(name: string, label: string): void;
  /** Runs one declared step; a text that `work` returns becomes its detail. Rejects with what `work` rejects with. */
  run(name: string, work: () => Promise<string | void>): Promise<void>;
}

export const createLaunchSteps = (clock: Clock, onStep: (step: LaunchStep) => void): LaunchSteps => {
  const steps = new Map<string, LaunchStep>();
  const set = (step: LaunchStep): void => {
    steps.set(step.name, step);
    onStep(step);
  };
  return {
    list: () => [...steps.values()],
    declare: (name, label) => set({ name, label, phase: 'waiting', tookMs: null, detail: null }),
    async run(name, work) {
      const step = steps.get(name)!;
      const startMs = clock.nowMs();
      const tookMs = (): number => clock.nowMs() - startMs;
      set({ ...step, phase: 'running' });
      try {
        const detail = (await work()) ?? null;
        set({ ...step, phase: 'done', tookMs: tookMs(), detail });
      } catch (error) {
        set({ ...step, phase: 'failed', tookMs: tookMs(), detail: (error as Error).message });
        throw error;
      }
    },
  };
};
