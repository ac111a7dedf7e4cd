/** The fake twin of the Starter: children are scripts that run in this process, in deterministic order. */
import type { ChildMessageInput, ParentMessage } from '../../contract/child.ts';
import { ChildMessage, ParentMessage as ParentMessageSchema } from '../../contract/child.ts';
import type { ChildEnd, ChildHandle, ChildSpec, Starter } from './starter.ts';

/** What a script sees of its own life. */
export interface FakeChild {
  readonly pid: number;
  readonly spec: ChildSpec;
  /** Sends to the supervisor; nothing leaves once the child has ended. */
  send(message: ChildMessageInput): void;
  /** Ends the child as `process.exit(code)` would. */
  exit(code: number, reason?: string): void;
}

/** Called at the launch; returns what happens on each message of the supervisor. */
export type FakeProgram = (child: FakeChild) => (message: ParentMessage) => void;

export interface FakeStarter extends Starter {
  /** Every child launched so far, the oldest first. */
  readonly children: readonly (FakeChild & { readonly isAlive: boolean; readonly isPaused: boolean })[];
}

const PID_FIRST = 100_001;

/** `programs` by entry file; an entry without a program fails to launch, as a missing file would. */
export const createFakeStarter = (programs: Record<string, FakeProgram>): FakeStarter => {
  const children: FakeStarter['children'][number][] = [];
  return {
    children,
    start(spec) {
      const program = programs[spec.entry];
      const pid = PID_FIRST + children.length;
      const { promise: exit, resolve } = Promise.withResolvers<ChildEnd>();
      let isAlive = true;
      let isPaused = false;
      /** What arrived while the child was paused, in either direction, waits as it would in the channel's buffers. */
      let waiting: (() => void)[] = [];
      const whenRunning = (deliver: () => void): void => {
        if (isPaused) waiting.push(deliver);
        else queueMicrotask(() => isAlive && deliver());
      };
      const end = (how: ChildEnd): void => {
        isAlive = false;
        waiting = [];
        resolve(how);
      };
      const child: FakeChild = {
        pid,
        spec,
        send: (message) => {
          if (isAlive) whenRunning(() => spec.onMessage(ChildMessage.parse(structuredClone(message))));
        },
        // Queued like a message, so that whatever was sent before the exit still arrives before it.
        exit: (code, reason = '') => whenRunning(() => end({ code, reason })),
      };
      children.push({
        ...child,
        get isAlive() { return isAlive; },
        get isPaused() { return isPaused; },
      });
      let receive: ((message: ParentMessage) => void) | undefined;
      if (program === undefined) end({ code: 1, reason: `Cannot find module '${spec.entry}'` });
      else receive = program(child);

      const handle: ChildHandle = {
        pid,
        identity: Promise.resolve({ pid, startTime: String(pid) }),
        exit,
        send: (message) => {
          if (isAlive) whenRunning(() => receive?.(ParentMessageSchema.parse(structuredClone(message))));
        },
        kill: () => {
          if (isAlive) end({ signal: 'SIGKILL', reason: '' });
        },
        pause: () => {
          isPaused = true;
          return Promise.resolve();
        },
        resume: () => {
          isPaused = false;
          const due = waiting;
          waiting = [];
          for (const deliver of due) whenRunning(deliver);
        },
      };
      return handle;
    },
  };
};

/** The usual script: ready on `start` with the configured port, stopped on `stop`, and an answer to `echo`. */
export const politeProgram =
  (overrides: Partial<Record<ParentMessage['kind'], (message: ParentMessage, child: FakeChild) => void>> = {}): FakeProgram =>
  (child) =>
  (message) => {
    const override = overrides[message.kind];
    if (override) override(message, child);
    else if (message.kind === 'start') {
      const { port } = message.config as { port?: number };
      child.send({ kind: 'beat', rssBytes: 1_000_000, cpuMs: 10 });
      child.send({ kind: 'ready', port: port || child.pid % 65_536 });
    } else if (message.kind === 'stop') child.exit(0);
    else if (message.name === 'echo') child.send({ kind: 'reply', id: message.id, ok: true, output: message.input });
    else {
      const error = { code: 'not_supported', detail: `No call named "${message.name}".` } as const;
      child.send({ kind: 'reply', id: message.id, ok: false, error });
    }
  };
