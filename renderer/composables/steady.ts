/** A figure that stands still long enough to be read, however fast the host tells of it. */
import { refThrottled } from '@vueuse/core';
import { computed, type Ref } from 'vue';

/** Twice a second. */
export const STEADY_MS = 500;

/** What `figure` is now, then at most one change each half second; the last one is never left out. */
export const useSteady = <T>(figure: () => T): Readonly<Ref<T>> => refThrottled(computed(figure), STEADY_MS, true, true);
