/** What a person, or a chaos run, can do to one node. Each promise resolves once the process has done it, not when it was merely asked to. */
import type { ChildStatus } from '../contract/control/cluster.ts';
import { hasProcess, isServing } from '../core/supervision/child-state.ts';
import type { Clock } from '../platform/clock.ts';
import type { SupervisedChild } from './supervised-child.ts';
import { STOP_GRACE_MS, stopTogether } from './take-down.ts';

export interface NodeControl {
  status(): ChildStatus;
  /** Starts a stopped or crashed node; resolves when it is ready. @throws its failure when it gives up */
  start(): Promise<void>;
  /** Stops it cleanly, and for good until `start`. */
  stop(): Promise<void>;
  /** A clean stop and a new start; resolves when it is ready again. @throws its failure when it gives up */
  restart(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. The supervisor starts it again. @throws VStackError not_running */
  kill(): Promise<void>;
  /** SIGSTOP. @throws VStackError not_running, not_supported on Windows */
  pause(): Promise<void>;
  /** SIGCONT. @throws VStackError not_running */
  resume(): Promise<void>;
  /** Asks the node over IPC, for instance for a fault. @throws VStackError unavailable, timeout, or the node's answer */
  call(name: string, input?: unknown, options?: { timeoutMs?: number }): Promise<unknown>;
}

export const nodeControlOf = (node: SupervisedChild, clock: Clock): NodeControl => {
  const untilReady = async (): Promise<void> => {
    const phase = await node.when((now) => isServing(now) || now === 'crashed' || now === 'stopped');
    if (!isServing(phase)) throw node.failure();
  };
  return {
    status: () => node.status(),
    async start() {
      node.start();
      await untilReady();
    },
    stop: () => stopTogether([node], clock),
    async restart() {
      node.restart(STOP_GRACE_MS, 'It is being restarted on request.');
      await untilReady();
    },
    async kill() {
      const wasStopping = node.phase() === 'stopping';
      node.kill('it was killed on request');
      // A node that was stopping anyway may go straight into its next start.
      if (!wasStopping) await node.when((phase) => !hasProcess(phase));
    },
    pause: () => node.pause(),
    async resume() {
      node.resume();
    },
    call: (name, input, { timeoutMs } = {}) => node.call(name, input, timeoutMs),
  };
};
