/**
 * A helper: a child process that belongs to no cluster. It is started for one piece of work and ended with it, is in the ledger like all
 * children, and is never restarted: whoever had it work learns from `exit` that it is gone.
 */
import type { ChildRole } from '../contract/child.ts';
import { VStackError, type ErrorCode } from '../contract/errors.ts';
import { sleep } from '../platform/clock.ts';
import type { ChildEnd } from '../platform/process/starter.ts';
import type { SupervisorContext } from './context.ts';
import { launchIncarnation, type Incarnation } from './incarnation.ts';

const CALL_TIMEOUT_MS = 10_000;
/** A program of ours is loaded within a second or two, on a slow machine within several. */
const START_MS_MAX = 15_000;
const STOP_GRACE_MS = 1_000;
/** A killed process is gone within milliseconds; one that the kernel holds is not waited for. */
const KILLED_MS_MAX = 300;

export interface HelperOrder {
  /** Stands in its log lines and names its log file. */
  name: string;
  role: ChildRole;
  logFile: string;
  config: unknown;
  onLog?(lines: string[], droppedCount: number): void;
  /** An event it sent by its own name. */
  onEvent?(name: string, data: unknown): void;
}

export interface Helper {
  readonly pid: number | undefined;
  /** Resolves when the process has ended, whoever ended it; never rejects. */
  readonly exit: Promise<ChildEnd>;
  /** @throws VStackError unavailable once it is gone, timeout, or the helper's answer */
  call(name: string, input?: unknown, timeoutMs?: number): Promise<unknown>;
  /** Asks, waits, kills; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Resolves once it is ready. @throws VStackError unavailable, timeout, or what kept it from starting */
export const startHelper = async (order: HelperOrder, context: SupervisorContext): Promise<Helper> => {
  const { name, role, logFile, config, onLog = () => {}, onEvent = () => {} } = order;
  const ready = Promise.withResolvers<void>();
  const exit = Promise.withResolvers<ChildEnd>();
  let failure: { code: ErrorCode; detail: string } | undefined;

  const incarnation: Incarnation = launchIncarnation({ name, entry: context.entries[role], start: { kind: 'start', name, config, logFile, beatMs: context.policy.beatMs } }, context, {
    onReady: () => ready.resolve(),
    onBeat: () => {},
    onFailed: (code, detail) => (failure = { code, detail }),
    onUnreachable: (error) => ready.reject(error),
    onLog,
    onEvent,
    onExit(end) {
      ready.reject(failure ? new VStackError(failure.code, failure.detail) : new VStackError('unavailable', `${name} ended before it was ready. ${end.reason}`.trim()));
      exit.resolve(end);
    },
  });

  const stop = async (): Promise<void> => {
    incarnation.askToStop(STOP_GRACE_MS);
    const given = new AbortController();
    const wait = (delayMs: number): Promise<void> => sleep(context.clock, delayMs, given.signal).catch(() => {}); // It ended meanwhile.
    await Promise.race([exit.promise, wait(STOP_GRACE_MS)]);
    incarnation.kill();
    await Promise.race([exit.promise, wait(KILLED_MS_MAX)]);
    given.abort();
  };

  const cancelTimer = context.clock.after(START_MS_MAX, () => ready.reject(new VStackError('timeout', `${name} was not ready within ${START_MS_MAX / 1000} s.`)));
  try {
    await ready.promise;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    cancelTimer();
  }
  return { pid: incarnation.pid, exit: exit.promise, call: (call, input, timeoutMs = CALL_TIMEOUT_MS) => incarnation.call(call, input, timeoutMs), stop };
};
