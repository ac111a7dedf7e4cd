/**
 * The conversation between the supervisor and one child process, over the IPC channel that Node opens between them.
 * Messages are plain JSON objects told apart by `kind`; each side parses what it receives with these schemas.
 *
 *   supervisor                                  child
 *       │── start {config} ───────────────────────▶│  first message, exactly once
 *       │◀── beat {rssBytes, cpuMs, details, …} ───│  every `beatMs`, from `start` on, also while it is still starting
 *       │◀── log {lines} · event {name, data} ─────│  at any time
 *       │◀── ready {port, details} ────────────────│  once; or `failed {code, detail}`, then the child exits
 *       │── call {id, name, input} ───────────────▶│  any number at once
 *       │◀── reply {id, ok, …} ────────────────────│  one for each call, in any order
 *       │── stop {graceMs} ───────────────────────▶│  the child finishes its work within graceMs and exits with 0
 *
 * A child whose channel closes exits by itself, because nobody is left to stop it.
 */
import { z } from 'zod';
import { isErrorCode, type ErrorCode } from './errors.ts';
import { SECOND_MS } from './units.ts';

/** The processes of a cluster. */
export const ClusterRole = z.enum(['metadata', 'link-emulator', 'storage-node', 'uploader']);
export type ClusterRole = z.infer<typeof ClusterRole>;
/** The lab worker belongs to no cluster: it is started for a comparison and ends with it. */
export const ChildRole = z.enum([...ClusterRole.options, 'lab-worker']);
export type ChildRole = z.infer<typeof ChildRole>;

/** A child that was silent for several of these is mute. */
export const BEAT_MS_DEFAULT = SECOND_MS;

/** Exit codes of a child, so that the supervisor (and a person reading a log) can tell the ends apart. */
export const childExit = {
  /** Stopped because it was asked to. */
  stopped: 0,
  /** A failure nobody expected while it was running: uncaught error or rejected promise. */
  crashed: 1,
  /** Its configuration or its start-up failed; a `failed` message said why. */
  startFailed: 2,
  /** Its channel closed: the supervisor is gone. */
  abandoned: 3,
  /** It was started by hand, without a channel. */
  noChannel: 64,
} as const;

const Details = z.record(z.string(), z.unknown());
const Code = z.custom<ErrorCode>(isErrorCode, 'an error code of errors.ts');
const Failure = z.object({ detail: z.string(), code: Code, details: Details.optional() });

export const StartMessage = z.object({
  kind: z.literal('start'),
  /** Tells children of one role apart: `metadata`, `links`, `uploader`, or the node's id. Stands in every log line. */
  name: z.string().min(1),
  /** Parsed by the child with the schema of its role, below. */
  config: z.unknown().optional(),
  /** Absolute path of the child's own log file; absent: lines go to the supervisor only. */
  logFile: z.string().optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  beatMs: z.number().int().positive().default(BEAT_MS_DEFAULT),
});
export const StopMessage = z.object({ kind: z.literal('stop'), graceMs: z.number().int().nonnegative() });
export const CallMessage = z.object({ kind: z.literal('call'), id: z.number().int(), name: z.string(), input: z.unknown().optional() });

export const ParentMessage = z.discriminatedUnion('kind', [StartMessage, StopMessage, CallMessage]);
export type ParentMessage = z.infer<typeof ParentMessage>;
/** What a sender may leave to the defaults. */
export type ParentMessageInput = z.input<typeof ParentMessage>;

export const ReadyMessage = z.object({
  kind: z.literal('ready'),
  /** The TCP port it listens on, on its configured host; 0: it listens nowhere. */
  port: z.number().int().min(0).max(65_535),
  details: Details.default({}),
});
export const BeatMessage = z.object({
  kind: z.literal('beat'),
  rssBytes: z.number().nonnegative(),
  /** CPU time spent since the process started, user and system, over all threads. */
  cpuMs: z.number().nonnegative(),
  /** How long it has been able to work, by its own steady clock; absent while it starts and once it is stopping. */
  servingMs: z.number().nonnegative().optional(),
  /** See beat-details.ts. */
  details: Details.default({}),
});
export const LogMessage = z.object({
  kind: z.literal('log'),
  /** Each a JSON line exactly as it stands in the log file, without the line feed. */
  lines: z.array(z.string()),
  /** Lines left out of this stream (never of the file) because too many came at once. */
  droppedCount: z.number().int().nonnegative().default(0),
});
export const EventMessage = z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown().optional() });
export const ReplyMessage = z.discriminatedUnion('ok', [
  z.object({ kind: z.literal('reply'), id: z.number().int(), ok: z.literal(true), output: z.unknown().optional() }),
  z.object({ kind: z.literal('reply'), id: z.number().int(), ok: z.literal(false), error: Failure }),
]);
export const FailedMessage = z.object({ kind: z.literal('failed'), ...Failure.shape });

export const ChildMessage = z.union([BeatMessage, LogMessage, EventMessage, ReplyMessage, ReadyMessage, FailedMessage]);
export type ChildMessage = z.infer<typeof ChildMessage>;
export type ChildMessageInput = z.input<typeof ChildMessage>;

/**
 * Events that the supervisor itself acts on, whichever child sends them. Other names are the services' own and are passed on.
 * `restart-wanted`: the child goes on as far as it can, but only a fresh process can heal it (a store whose sync failed).
 */
export const RESTART_WANTED = 'restart-wanted';
export const RestartWanted = z.object({ reason: z.string() });

export { DEGRADED_DETAIL, NodeBeatDetails, ServiceBeatDetails } from './beat-details.ts';
