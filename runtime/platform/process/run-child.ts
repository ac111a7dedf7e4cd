/**
 * The child's half of the conversation in runtime/contract/child.ts. A child program is one thin file:
 *
 *   runChild({ role: 'uploader', config: UploaderConfig, start: startUploader });
 *
 * It talks through Node's own `process.send`, not through execa: the messages are the same, and every child starts sooner without it.
 */
import type { z } from 'zod';
import { childExit, ParentMessage, type ChildMessageInput, type ChildRole, type StartMessage } from '../../contract/child.ts';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import { systemClock } from '../clock.ts';
import { createLogger, type Logger } from '../log.ts';
import { createLineBatch } from './line-batch.ts';
import { processUsage } from './usage.ts';

/** How long a child that lost its supervisor may spend on an orderly end: it must be gone within a second. */
const ABANDONED_GRACE_MS = 700;

/** A SIGTERM from outside brings no delay of its own. */
const SIGTERM_GRACE_MS = 2000;

/** The last message gets this long to leave; a channel whose other end does not read must not keep the process. */
const LAST_WORDS_MS = 200;

export interface ChildContext {
  /** The child's name: its role, or the node's id. */
  name: string;
  /** Writes the child's log file and streams the same lines to the supervisor. */
  log: Logger;
  /** Aborts when the child shall end: a start that takes long should give up then. */
  signal: AbortSignal;
  /** Sends `{kind: 'event'}`; `data` must be plain JSON. */
  emit(name: string, data: unknown): void;
}

export interface RunningChild {
  /** The TCP port it listens on; 0: none. */
  port: number;
  /** Facts for the `ready` message, plain JSON. */
  details?: Record<string, unknown>;
  /** Facts for each beat, plain JSON; must be cheap. `{degraded: 'why'}` marks the child as partly able. */
  beat?(): Record<string, unknown>;
  /** Finishes what is under way and closes everything, within `graceMs`; after that the process ends anyway. */
  stop(graceMs: number): Promise<void>;
  /** Handlers of `call` messages by name. Each parses its own input; what it returns must be plain JSON; a VStackError keeps its code. */
  calls?: Record<string, (input: unknown) => unknown>;
}

export interface ChildProgram<Config> {
  role: ChildRole;
  /** Parses the `config` of the start message. */
  config: z.ZodType<Config, unknown>;
  start(config: Config, context: ChildContext): Promise<RunningChild>;
}

/** Runs a child program until its supervisor stops it, its channel closes, or it fails. Ends the process itself, with a code of `childExit`. */
export const runChild = <Config>(program: ChildProgram<Config>): void => {
  if (process.send === undefined) {
    process.stderr.write(`The ${program.role} is started by the V-Stack supervisor. Run \`vstack up\` to launch a cluster.\n`);
    process.exit(childExit.noChannel);
  }

  const aborter = new AbortController();
  let log: Logger | undefined;
  let isStarted = false;
  let starting: Promise<RunningChild> | undefined;
  let running: RunningChild | undefined;
  let servingSinceMs = 0;
  let isEnding = false;

  const send = (message: ChildMessageInput, sent: () => void = () => {}): void => {
    // The callback also swallows the error of a channel that just closed: 'disconnect' follows and ends the child.
    if (process.connected) process.send!(message, undefined, undefined, () => sent());
    else sent();
  };
  const lines = createLineBatch(systemClock, (batch, droppedCount, sent) => send({ kind: 'log', lines: batch, droppedCount }, sent));

  /** Messages leave in order, so once the last one (if nothing else, a last beat) is out, all are. */
  const exit = (code: number, lastWords: ChildMessageInput = { kind: 'beat', ...processUsage() }): void => {
    lines.flush();
    const leave = (): never => process.exit(code);
    systemClock.after(LAST_WORDS_MS, leave);
    send(lastWords, leave);
  };

  const fail = (code: number, error: unknown, message: string): void => {
    log?.error({ err: error }, message);
    exit(code, { kind: 'failed', ...toErrorBody(error) });
  };

  const end = async (graceMs: number, code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    systemClock.after(graceMs, () => {
      log?.warn({ graceMs }, 'stopping took longer than it may; leaving what is unfinished');
      exit(code);
    });
    aborter.abort(new VStackError('cancelled', 'The child was asked to stop.'));
    try {
      const child = running ?? (await starting?.catch(() => undefined));
      await child?.stop(graceMs);
      exit(code);
    } catch (error) {
      fail(childExit.crashed, error, 'stopping failed');
    }
  };

  const start = async (message: z.infer<typeof StartMessage>): Promise<void> => {
    try {
      log = createLogger({
        component: program.role,
        ...(program.role === 'storage-node' && { node: message.name }),
        ...(message.logFile !== undefined && { file: message.logFile }),
        level: message.logLevel,
        onLine: lines.add,
      });
      beat(message.beatMs);
      const config = parseConfig(program, message.config);
      const emit = (name: string, data: unknown): void => send({ kind: 'event', name, data });
      starting = program.start(config, { name: message.name, log, signal: aborter.signal, emit });
      running = await starting;
      servingSinceMs = systemClock.nowMs();
      if (!isEnding) send({ kind: 'ready', port: running.port, details: running.details ?? {} });
    } catch (error) {
      if (isEnding) return;
      isEnding = true;
      fail(childExit.startFailed, error, 'start failed');
    }
  };

  const beat = (beatMs: number): void => {
    const next = (): void => void systemClock.after(beatMs, () => beat(beatMs));
    // The next beat waits until this one left, so that a supervisor that does not read is not sent an endless queue.
    const isServing = running !== undefined && !isEnding;
    send({ kind: 'beat', ...processUsage(), ...(isServing && { servingMs: systemClock.nowMs() - servingSinceMs }), details: running?.beat?.() ?? {} }, next);
  };

  const call = async (id: number, name: string, input: unknown): Promise<void> => {
    try {
      const handler = running?.calls?.[name];
      if (!handler) throw new VStackError('not_supported', `The ${program.role} answers no call named "${name}"${running ? '' : ' before it is ready'}.`);
      send({ kind: 'reply', id, ok: true, output: await handler(input) });
    } catch (error) {
      send({ kind: 'reply', id, ok: false, error: toErrorBody(error) });
    }
  };

  process.on('message', (raw) => {
    const message = ParentMessage.parse(raw);
    if (message.kind === 'start' && !isStarted && !isEnding) {
      isStarted = true;
      void start(message);
    }
    if (message.kind === 'stop') void end(message.graceMs, childExit.stopped);
    if (message.kind === 'call') void call(message.id, message.name, message.input);
  });
  process.on('disconnect', () => void end(ABANDONED_GRACE_MS, childExit.abandoned));
  // The channel may have closed while this program was still being loaded: that event is over, but the start message would still be delivered.
  if (!process.connected) void end(0, childExit.abandoned);
  process.on('SIGTERM', () => void end(SIGTERM_GRACE_MS, childExit.stopped));
  // Ctrl-C and a closed terminal reach the whole process group; the supervisor stops its children in order, so they must not leave on their own.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('uncaughtException', (error) => fail(childExit.crashed, error, 'uncaught error'));
  process.on('unhandledRejection', (reason) => fail(childExit.crashed, reason, 'unhandled rejection'));
};

const parseConfig = <Config>(program: ChildProgram<Config>, config: unknown): Config => {
  const parsed = program.config.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VStackError('bad_request', `The configuration of the ${program.role} is wrong at "${issue?.path.join('.')}": ${issue?.message}.`);
};
