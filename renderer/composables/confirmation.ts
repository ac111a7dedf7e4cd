/** One question at a time, answered yes or no, for what cannot be undone. */
import { shallowRef, type ShallowRef } from 'vue';

export interface Question {
  title: string;
  /** What will happen, and what will not. */
  text: string;
  /** The verb on the button. */
  action: string;
}

const question = shallowRef<Question | null>(null);
let settle: ((isAgreed: boolean) => void) | undefined;

export interface Confirmation {
  question: ShallowRef<Question | null>;
  /** Opens the dialog; a question that was still open is answered no. */
  ask(next: Question): Promise<boolean>;
  answer(isAgreed: boolean): void;
}

const answer = (isAgreed: boolean): void => {
  settle?.(isAgreed);
  settle = undefined;
  question.value = null;
};

export const useConfirmation = (): Confirmation => ({
  question,
  answer,
  ask: (next) => {
    answer(false);
    question.value = next;
    return new Promise((resolve) => (settle = resolve));
  },
});
