/** An action a person starts: says whether it is under way, and tells its failure in a toast. */
import { shallowRef, type ShallowRef } from 'vue';
import { useToastStore } from '../stores/toasts.ts';

export interface Task<A extends unknown[]> {
  isRunning: Readonly<ShallowRef<boolean>>;
  /** Resolves with whether it worked; never rejects. */
  run(...args: A): Promise<boolean>;
}

/** `failed` is the toast's title: what could not be done. */
export const useTask = <A extends unknown[]>(action: (...args: A) => Promise<unknown>, failed: string | ((...args: A) => string)): Task<A> => {
  const toasts = useToastStore();
  const isRunning = shallowRef(false);
  return {
    isRunning,
    run: async (...args) => {
      isRunning.value = true;
      try {
        await action(...args);
        return true;
      } catch (error) {
        toasts.fail(typeof failed === 'string' ? failed : failed(...args), error);
        return false;
      } finally {
        isRunning.value = false;
      }
    },
  };
};
