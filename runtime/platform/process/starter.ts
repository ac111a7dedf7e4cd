/** How a child is launched, as the supervisor sees it: it never learns whether a real process or a scripted fake is behind a handle. */
import type { ChildMessage, ParentMessageInput } from '../../contract/child.ts';

export interface ChildSpec {
  /** Absolute path of the child's entry file. */
  entry: string;
  /** Marks the process: it stands in its command line, so that a leftover can be recognised beyond doubt. */
  nonce: string;
  /** Receives every message, parsed, in order. */
  onMessage(message: ChildMessage): void;
}

export interface ChildEnd {
  /** Exit code; undefined when a signal ended it or it never started. */
  code?: number;
  /** `SIGKILL`, … */
  signal?: string;
  /** Why it could not be launched, or the last of what it wrote to stderr; empty when there is nothing to tell. */
  reason: string;
}

/** What makes a process that process: pids are used again, a pid with its start time is not. */
export interface ProcessIdentity {
  pid: number;
  /** In the units of the system it came from; only ever compared for equality. */
  startTime: string;
}

export interface ChildHandle {
  /** Undefined when the launch failed; `exit` then tells why. */
  readonly pid: number | undefined;
  /** Resolves soon after the launch; undefined where the system does not tell, or the child is gone already. */
  readonly identity: Promise<ProcessIdentity | undefined>;
  /** Resolves once, when the process has ended; never rejects. */
  readonly exit: Promise<ChildEnd>;
  /** A message to a child that is gone is dropped without an error: `exit` tells. */
  send(message: ParentMessageInput): void;
  /** Ends it at once (SIGKILL), paused or not. */
  kill(): void;
  /**
   * Stops the process from running (SIGSTOP) until `resume`. Should this process die meanwhile, a guard kills the child.
   * @throws VStackError not_supported on Windows
   */
  pause(): Promise<void>;
  resume(): void;
}

export interface Starter {
  start(spec: ChildSpec): ChildHandle;
}
