/** Launches children as Node processes, by execa. */
import { execaNode } from 'execa';
import { ChildMessage, type ParentMessageInput } from '../../contract/child.ts';
import { VStackError } from '../../contract/errors.ts';
import { childEnvironment } from './environment.ts';
import { createGuard, type Guard } from './guard.ts';
import { readIdentity } from './identity.ts';
import type { ChildEnd, ChildHandle, ChildSpec, Starter } from './starter.ts';

/** Enough for the message and the top of the stack that Node prints when it cannot even load a program. */
const STDERR_CHARS_MAX = 4000;

export interface NodeStarterOptions {
  /** See `chooseNodePath`. */
  nodePath: string;
  /** @default childEnvironment() */
  env?: Record<string, string>;
}

export const createNodeStarter = ({ nodePath, env = childEnvironment() }: NodeStarterOptions): Starter => {
  const guard = createGuard(nodePath);
  const start = (spec: ChildSpec): ChildHandle => {
    const child = execaNode(spec.entry, [`--nonce=${spec.nonce}`], {
      nodePath,
      nodeOptions: [],
      env,
      extendEnv: false,
      serialization: 'json',
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
      buffer: false,
      reject: false,
      // A child ends by itself when its channel closes, and the supervisor decides about signals; execa shall do neither for it.
      cleanup: false,
      forceKillAfterDelay: false,
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      stderr = (stderr + text.toString('utf8')).slice(-STDERR_CHARS_MAX);
    });
    if (child.pid !== undefined) void receive(child.getEachMessage(), spec);
    const exit = child.then(
      (result): ChildEnd => ({
        ...(result.exitCode !== undefined && { code: result.exitCode }),
        ...(result.signal !== undefined && { signal: result.signal }),
        reason: child.pid === undefined ? (result.originalMessage ?? `${nodePath} could not be launched`) : stderr.trim(),
      }),
    );
    return createHandle(child, exit, guard);
  };
  return { start };
};

/** The part of execa's subprocess that a handle needs. */
interface Subprocess {
  pid?: number;
  kill(signal: NodeJS.Signals): boolean;
  sendMessage(message: never): Promise<void>;
}

const createHandle = (child: Subprocess, exit: Promise<ChildEnd>, guard: Guard): ChildHandle => {
  const { pid } = child;
  let hasEnded = false;
  const identity = pid === undefined ? Promise.resolve(undefined) : readIdentity(pid);
  void identity.then((who) => {
    if (who && !hasEnded) guard.watch(who);
  });
  void exit.then(() => {
    hasEnded = true;
    if (pid !== undefined) guard.forget(pid);
  });

  return {
    pid,
    identity,
    exit,
    send: (message) => void sendQuietly(child, message),
    kill: () => void child.kill('SIGKILL'),
    async pause() {
      if (process.platform === 'win32') throw new VStackError('not_supported', 'Windows cannot pause a process; kill or stop the node instead.');
      if ((await identity) === undefined || hasEnded) throw new VStackError('not_running', 'Only a running child can be paused; this one has ended.');
      guard.ensure();
      child.kill('SIGSTOP');
    },
    resume: () => void child.kill('SIGCONT'),
  };
};

const sendQuietly = async (child: Subprocess, message: ParentMessageInput): Promise<void> => {
  try {
    await child.sendMessage(message as never);
  } catch {
    // The channel closed before the message left: the child is gone, and `exit` says so to everyone who waits for an answer.
  }
};

/** Ends with the channel. The loop is never left early, because leaving it would close the channel. */
const receive = async (messages: AsyncIterable<unknown>, spec: ChildSpec): Promise<void> => {
  for await (const raw of messages) {
    const parsed = ChildMessage.safeParse(raw);
    if (parsed.success) spec.onMessage(parsed.data);
    else spec.onMessage({ kind: 'event', name: 'unreadable-message', data: { issues: parsed.error.issues } });
  }
};
