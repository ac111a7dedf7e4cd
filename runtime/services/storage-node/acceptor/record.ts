/**
 * What the log remembers of one chunk's instances: one record of kind `acceptor` under the chunk's id, JSON in UTF-8. All generations
 * stand in one record because reads ask for the newest one, and there are seldom more than two.
 *
 *   {"v": 1, "states": [AcceptorState …], "lost"?: {"incarnation", "grant_seq"}, "deleted"?: true}
 */
import { z } from 'zod';
import { VStackError } from '../../../contract/errors.ts';
import { Ballot, Grant, HELD_PIECES_MAX, Incarnation, Piece, Value, Vote } from '../../../contract/paxos.ts';
import type { AcceptorState } from '../../../core/chunkpaxos/acceptor.ts';
import { instanceIdOf } from '../../../core/chunkpaxos/messages.ts';

const RECORD_VERSION = 1;

/** Up to which grant votes may have been forgotten; a grant of another, later incarnation is not concerned. */
export const Lost = z.object({ incarnation: Incarnation, grant_seq: z.number().int().nonnegative() });
export type Lost = z.infer<typeof Lost>;

const State = z.object({
  grant: Grant,
  promised: Ballot,
  accepted: Vote.nullable(),
  held: z.array(Piece).max(HELD_PIECES_MAX),
  chosen: Value.nullable(),
  closed: z.boolean(),
});
const Record = z.object({
  v: z.literal(RECORD_VERSION),
  states: z.array(State),
  lost: Lost.optional(),
  deleted: z.literal(true).optional(),
});

export interface ChunkRecord {
  /** By instance id, in the order in which the instances came to be known here. */
  states: Map<string, AcceptorState>;
  /** An earlier record of this chunk was damaged: votes under older grants may be forgotten. */
  lost?: Lost | undefined;
  /** The video is gone; the record stays only until its grants have expired. */
  deleted?: boolean;
}

export const emptyRecord = (): ChunkRecord => ({ states: new Map() });

export const encodeRecord = ({ states, lost, deleted }: ChunkRecord): Uint8Array =>
  Buffer.from(JSON.stringify({ v: RECORD_VERSION, states: [...states.values()], ...(lost && { lost }), ...(deleted && { deleted }) }));

/** Throws `corrupt`: the bytes were verified, so a record that does not parse was written by a newer version or by a fault of ours. */
export const decodeRecord = (chunkId: string, bytes: Uint8Array): ChunkRecord => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    value = undefined; // Reported below, with what was expected.
  }
  const parsed = Record.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const why = `"${path.join('.')}": ${message}`;
    throw new VStackError('corrupt', `The acceptor record of ${chunkId} is not one of version ${RECORD_VERSION} (${why}).`);
  }
  const { states, lost, deleted } = parsed.data;
  return { states: new Map(states.map((state) => [instanceIdOf(state.grant), state])), ...(lost && { lost }), ...(deleted && { deleted }) };
};
