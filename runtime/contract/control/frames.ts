/**
 * The control contract over a WebSocket, one JSON object a frame:
 *
 *   client                                host
 *     │── hello {token} ───────────────────▶│  first, within 2 s, or the socket is closed with 4401
 *     │◀── welcome {version, door} ─────────│
 *     │── call {id, name, input} ──────────▶│
 *     │── cancel {id} ─────────────────────▶│  any time; the call ends with `cancelled`
 *     │◀── result {id, output} ─────────────│  exactly one of the two for each call
 *     │◀── error {id, error} ───────────────│
 *     │── subscribe {names} ───────────────▶│  replaces the set of wanted events
 *     │◀── event {name, data} ──────────────│
 *     │── ping ────────────────────────────▶│  after a long silence: is anybody still there?
 *     │◀── pong ────────────────────────────│
 *
 * The same call, cancel, result, error and event objects travel over Electron's IPC.
 */
import { z } from 'zod';

export const HELLO_MS_MAX = 2_000;
export const CLOSE_UNAUTHENTICATED = 4401;
export const CLOSE_PROTOCOL = 4400;

const Id = z.number().int().nonnegative();
const Failure = z.object({ detail: z.string(), code: z.string(), details: z.record(z.string(), z.unknown()).optional() });

export const ClientFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), token: z.string().max(200) }),
  z.object({ kind: z.literal('call'), id: Id, name: z.string().max(64), input: z.unknown() }),
  z.object({ kind: z.literal('cancel'), id: Id }),
  z.object({ kind: z.literal('subscribe'), names: z.array(z.string().max(64)).max(64) }),
  z.object({ kind: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

export const HostFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome'), version: z.string(), door: z.string() }),
  z.object({ kind: z.literal('result'), id: Id, output: z.unknown() }),
  z.object({ kind: z.literal('error'), id: Id, error: Failure }),
  z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown() }),
  z.object({ kind: z.literal('pong') }),
]);
export type HostFrame = z.infer<typeof HostFrame>;
