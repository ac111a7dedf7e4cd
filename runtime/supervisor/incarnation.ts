/** One process of a child, from its launch to its exit: entered in the ledger, its readiness confirmed, its answers matched to the calls. */
import type { ChildMessage, ParentMessageInput } from '../contract/child.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { VStackError } from '../contract/errors.ts';
import { randomHex } from '../platform/crypto.ts';
import type { ChildEnd, ChildHandle, ChildSpec } from '../platform/process/starter.ts';
import type { SupervisorContext } from './context.ts';
import { createPendingCalls } from './pending-calls.ts';

const NONCE_BYTES = 16;

type Of<Kind extends ChildMessage['kind']> = Extract<ChildMessage, { kind: Kind }>;

export interface IncarnationEvents {
  /** It listens on this port, which was seen to answer; 0: it listens nowhere. */
  onReady(port: number, details: Record<string, unknown>): void | Promise<void>;
  onBeat(beat: Of<'beat'>): void;
  onFailed(code: ErrorCode, detail: string): void;
  /** It says that it is ready, but its port does not answer. */
  onUnreachable(error: VStackError): void;
  onLog(lines: string[], droppedCount: number): void;
  onEvent(name: string, data: unknown): void;
  onExit(end: ChildEnd): void;
}

export interface Incarnation {
  readonly pid: number | undefined;
  askToStop(graceMs: number): void;
  kill(): void;
  pause(): Promise<void>;
  resume(): void;
  call(name: string, input: unknown, timeoutMs: number): Promise<unknown>;
}

export interface LaunchOrder {
  name: string;
  entry: string;
  start: Extract<ParentMessageInput, { kind: 'start' }>;
}

export const launchIncarnation = (order: LaunchOrder, context: SupervisorContext, events: IncarnationEvents): Incarnation => {
  const { ledger, clock } = context;
  const nonce = randomHex(NONCE_BYTES);
  const calls = createPendingCalls(clock, order.name);
  let hasEnded = false;

  const confirmReady = async ({ port, details }: Of<'ready'>): Promise<void> => {
    try {
      if (port > 0) await context.ports.waitUntilAnswers(port);
      if (hasEnded) return;
      if (port > 0) ledger.setPort(nonce, port);
      await events.onReady(port, details);
    } catch (cause) {
      const detail = `It said that it is ready on port ${port}, but the port does not answer: ${(cause as Error).message}`;
      if (!hasEnded) events.onUnreachable(new VStackError('timeout', detail, { cause }));
    }
  };

  const onMessage = (message: ChildMessage): void => {
    switch (message.kind) {
      case 'ready':
        return void confirmReady(message);
      case 'beat':
        return events.onBeat(message);
      case 'failed':
        return events.onFailed(message.code, message.detail);
      case 'log':
        return events.onLog(message.lines, message.droppedCount);
      case 'event':
        return events.onEvent(message.name, message.data);
      case 'reply':
        return calls.settle(message);
    }
  };

  const handle = launchQuietly(context, { entry: order.entry, nonce, onMessage });
  handle.send(order.start);
  void handle.identity.then((identity) => {
    if (identity && !hasEnded) ledger.add({ ...identity, nonce, name: order.name, port: null });
  });
  void handle.exit.then((end) => {
    hasEnded = true;
    ledger.remove(nonce);
    calls.rejectAll(`${order.name} ended before it answered.`);
    events.onExit(end);
  });

  return {
    pid: handle.pid,
    askToStop: (graceMs) => handle.send({ kind: 'stop', graceMs }),
    kill: () => handle.kill(),
    pause: () => handle.pause(),
    resume: () => handle.resume(),
    call: (name, input, timeoutMs) => calls.add(name, timeoutMs, (id) => handle.send({ kind: 'call', id, name, input })),
  };
};

/** A launch that fails on the spot (no descriptors left, say) is told like any other end, so that the same rules decide what comes next. */
const launchQuietly = (context: SupervisorContext, spec: ChildSpec): ChildHandle => {
  try {
    return context.starter.start(spec);
  } catch (error) {
    return {
      pid: undefined,
      identity: Promise.resolve(undefined),
      exit: Promise.resolve({ reason: (error as Error).message }),
      send: () => {},
      kill: () => {},
      pause: () => Promise.reject(new VStackError('not_running', 'The child could not be launched.')),
      resume: () => {},
    };
  }
};
