/** The time, moving once a second for whoever shows running times. */
import { useIntervalFn } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';

/** Unix milliseconds. Stops with the scope that asked. */
export const useNow = (stepMs = 1000): Readonly<ShallowRef<number>> => {
  const now = shallowRef(Date.now());
  useIntervalFn(() => (now.value = Date.now()), stepMs);
  return now;
};
