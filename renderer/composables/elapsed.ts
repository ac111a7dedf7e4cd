/** How far a scenario is: as the host told it, and between two of its words as the page counts on. */
import { useIntervalFn } from '@vueuse/core';
import { shallowRef, type ShallowRef, watch } from 'vue';
import type { ScenarioRun } from '../../runtime/contract/control/network.ts';

/** Twice a second is as often as anybody reads it. */
const STEP_MS = 500;
/** A host that is silent for so long may have stopped counting. */
const AHEAD_SEC_MAX = 3;

/** Seconds; 0 without a run. Stops with the scope that asked. */
export const useElapsed = (run: () => ScenarioRun | null): Readonly<ShallowRef<number>> => {
  const elapsedSec = shallowRef(0);
  let toldSec = 0;
  let toldMs = 0;
  const count = (): void => {
    const current = run();
    if (current?.phase !== 'running') return;
    elapsedSec.value = Math.min(current.scenario.durationSec, toldSec + Math.min(AHEAD_SEC_MAX, (performance.now() - toldMs) / 1000));
  };
  watch(run, (next) => {
    toldSec = next?.elapsedSec ?? 0;
    toldMs = performance.now();
    // A page that counted a little ahead waits, instead of stepping back.
    const isAhead = next?.phase === 'running' && elapsedSec.value > toldSec && elapsedSec.value - toldSec < 1;
    if (!isAhead) elapsedSec.value = toldSec;
  }, { immediate: true });
  useIntervalFn(count, STEP_MS);
  return elapsedSec;
};
