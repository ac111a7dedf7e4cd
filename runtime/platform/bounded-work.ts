/** Work that may take too long, such as a regular expression of somebody else's making, cut off after a time. */
import { createContext, Script } from 'node:vm';

/** The engine looks for the end of its time also inside a regular expression, which nothing else in a thread can interrupt. */
const script = new Script('work()');

/** What `work` returns, or `undefined` when it was cut off. It must not leave anything half done. */
export const runBounded = <T>(work: () => T, msMax: number): { value: T } | undefined => {
  let value: T;
  const context = createContext({ work: () => void (value = work()) });
  try {
    script.runInContext(context, { timeout: msMax });
    return { value: value! };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
};
