/** The control contract for the door that lives in the host's own process: no wire, same checks. */
import type { CallName, CallOutput, CancelSignal, ControlClient } from '../contract/control/index.ts';
import { ALL_PERMISSIONS, type Dispatcher } from './dispatcher.ts';
import type { EventHub } from './event-hub.ts';

/** Turns the contract's signal into a real one; returns also how to stop listening to it. */
const follow = (signal: CancelSignal | undefined): { signal?: AbortSignal; done(): void } => {
  if (!signal) return { done: () => {} };
  const aborter = new AbortController();
  const abort = (): void => aborter.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return { signal: aborter.signal, done: () => signal.removeEventListener('abort', abort) };
};

export const inProcessClient = (dispatcher: Dispatcher, events: EventHub): ControlClient => ({
  async call<C extends CallName>(name: C, input: unknown, options: { signal?: CancelSignal } = {}) {
    const { signal, done } = follow(options.signal);
    try {
      return (await dispatcher.dispatch(name, input, { permissions: ALL_PERMISSIONS, ...(signal && { signal }) })) as CallOutput<C>;
    } finally {
      done();
    }
  },
  on: events.on,
});
