/**
 * The one gate of the control contract. Every adapter brings a call's name, raw input and the caller's permissions here:
 *
 *   name known? → permission? → input parsed by its schema → handler(input, {signal}) → output
 *
 * Whatever goes wrong leaves as a VStackError with a stable code.
 */
import type { CallDefinition, Permission } from '../contract/control/call.ts';
import { calls, isCallName, type CallName, type CallOutput, type CallParsed } from '../contract/control/index.ts';
import { VStackError } from '../contract/errors.ts';
import { parseInput } from '../platform/http/body.ts';

export interface CallContext {
  /** Aborts when the caller cancels, goes away, or the host closes. */
  signal: AbortSignal;
}

export type Handler<C extends CallName> = (input: CallParsed<C>, context: CallContext) => Promise<CallOutput<C>> | CallOutput<C>;
export type Handlers = { [C in CallName]: Handler<C> };

export interface Caller {
  permissions: ReadonlySet<Permission>;
  signal?: AbortSignal;
}

export const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>(['read', 'write', 'execute']);

export interface Dispatcher {
  /** Resolves with the call's output. @throws VStackError of any code */
  dispatch(name: string, input: unknown, caller: Caller): Promise<unknown>;
  /** Cancels what is running and refuses what comes later. */
  close(): void;
}

export interface DispatcherOptions {
  /** Checks outputs against their schemas too: for tests, since inside the host the compiler has checked them. @default false */
  parseOutput?: boolean;
  /** Told of failures nobody expected, which callers see as `internal`. */
  onUnexpected?: (name: CallName, error: unknown) => void;
}

const cancelled = (name: string): VStackError => new VStackError('cancelled', `The call "${name}" was cancelled.`);

/** Rejects as soon as the signal aborts, whether or not the handler looks at it. */
const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal, name: string): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(name));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

export const createDispatcher = (handlers: Handlers, options: DispatcherOptions = {}): Dispatcher => {
  const closing = new AbortController();

  const run = async (name: CallName, input: unknown, signal: AbortSignal): Promise<unknown> => {
    const { input: inputSchema, output: outputSchema } = calls[name] as CallDefinition;
    const parsed = parseInput(inputSchema, input ?? {});
    const handle = handlers[name] as (input: unknown, context: CallContext) => unknown;
    if (signal.aborted) throw cancelled(name);
    const output = await untilAborted(Promise.resolve(handle(parsed, { signal })), signal, name);
    return options.parseOutput ? outputSchema.parse(output) : output;
  };

  return {
    async dispatch(name, input, { permissions, signal: callerSignal }) {
      if (!isCallName(name)) throw new VStackError('not_found', `There is no call named "${name}". Doors and host may be of different versions.`);
      const { needs } = calls[name];
      if (!permissions.has(needs)) throw new VStackError('forbidden', `The call "${name}" needs the permission to ${needs}; this caller may ${[...permissions].join(', ') || 'do nothing'}.`);
      if (closing.signal.aborted) throw new VStackError('not_running', 'The host is shutting down.');
      const signal = callerSignal ? AbortSignal.any([callerSignal, closing.signal]) : closing.signal;
      try {
        return await run(name, input, signal);
      } catch (error) {
        if (error instanceof VStackError) throw error;
        if (signal.aborted) throw cancelled(name);
        options.onUnexpected?.(name, error);
        throw new VStackError('internal', `The call "${name}" failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
    close: () => closing.abort(),
  };
};
