/** Puts text on the clipboard and says for a moment that it did, or that it was not allowed to. */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';

/** Long enough to be noticed after the hand has moved on. */
const SAID_MS = 1_600;

export type CopyState = 'idle' | 'copied' | 'failed';

export interface Copy {
  state: Readonly<ShallowRef<CopyState>>;
  /** Never rejects. */
  copy(text: string): Promise<void>;
}

export const useCopy = (): Copy => {
  const state = shallowRef<CopyState>('idle');
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));
  const say = (next: CopyState): void => {
    state.value = next;
    clearTimeout(timer);
    timer = setTimeout(() => (state.value = 'idle'), SAID_MS);
  };
  return {
    state,
    copy: async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        say('copied');
      } catch {
        // No focus or no permission: the text is still there to be marked by hand.
        say('failed');
      }
    },
  };
};
