/** The ChunkPaxos calls. Bodies and answers are those of runtime/contract/paxos.ts; a NACK is a 409 that tells the promised ballot. */
import { VStackError } from '../../../contract/errors.ts';
import { parseInstanceKey } from '../../../contract/ids.ts';
import {
  AcceptHeader, formatBallot, LearnRequest, PrepareRequest, StageHeader, type Grant, type Piece,
} from '../../../contract/paxos.ts';
import { decodeFrameHeader, FRAME_HEADER_BYTES_MAX, FRAME_LENGTH_BYTES, frameHeaderBytes } from '../../../contract/paxos-frame.ts';
import { LearnBatch, type LearnBatchReply } from '../../../contract/wire/storage-node.ts';
import { CHUNK_BYTES_MAX } from '../../../contract/units.ts';
import { acceptorStatus } from '../../../core/chunkpaxos/acceptor.ts';
import { parseInput } from '../../../platform/http/body.ts';
import type { Call, Route } from '../../../platform/http/server.ts';
import { teach, teachMany } from '../acceptor/teach.ts';
import type { ChunkBook } from '../acceptor/book.ts';
import type { AcceptorShell, Attached, ShellReply } from '../acceptor/shell.ts';
import type { Verifier } from '../acceptor/verify.ts';
import type { Store } from '../engine/types.ts';
import { openBody } from './body-source.ts';
import { checkWritable } from './chunk-routes.ts';
import { takeIn, type Intake, type IntakeResources } from './intake.ts';

export interface PaxosRouteOptions {
  store: Store;
  book: ChunkBook;
  shell: AcceptorShell;
  verifier: Verifier;
  intake: IntakeResources;
  onBytes(direction: 'in', bytes: number): void;
}

const FRAME_BYTES_MAX = FRAME_LENGTH_BYTES + FRAME_HEADER_BYTES_MAX + CHUNK_BYTES_MAX;

const instanceOf = ({ params }: Call): string => {
  const instance = params.instance ?? '';
  if (!parseInstanceKey(instance)) {
    throw new VStackError('invalid_id', `An instance is "<chunk id>.g<generation>"; "${instance.slice(0, 220)}" is none.`);
  }
  return instance;
};

const answer = (call: Call, reply: ShellReply): void => {
  if (reply.type !== 'NACK') return call.reply(reply);
  const { reason, promised } = reply;
  const text = `This store did not do as asked (${reason}); it promised ballot ${formatBallot(promised)}.`;
  throw new VStackError(reason === 'equivocation' ? 'equivocation' : 'nack', text, { details: { ...reply } });
};

const attach = (piece: Piece, { bytes, sha256 }: Intake): Attached => {
  if (sha256 === piece.sha256) return { piece, bytes };
  throw new VStackError('checksum_mismatch', `The attached bytes' SHA-256 is ${sha256}, the piece names ${piece.sha256}.`);
};

export const paxosRoutes = ({ store, book, shell, verifier, intake, onBytes }: PaxosRouteOptions): Route[] => {
  /** Reads a frame: its header is checked, MAC included, before its bytes are let in. */
  const receiveFrame = async <H extends { grant: Grant; piece: Piece | null }>(
    call: Call,
    parseHeader: (header: unknown) => H,
    step: (header: H, attached: Attached | undefined) => Promise<ShellReply>,
  ): Promise<void> => {
    const instance = instanceOf(call);
    const body = openBody(call.request, FRAME_BYTES_MAX);
    const headerBytes = frameHeaderBytes(await body.take(Math.min(FRAME_LENGTH_BYTES, body.sizeBytes)));
    const header = parseHeader(decodeFrameHeader(await body.take(headerBytes)));
    verifier.checkGrant(header.grant, instance);
    const sizeBytes = body.sizeBytes - FRAME_LENGTH_BYTES - headerBytes;
    if (sizeBytes > CHUNK_BYTES_MAX) {
      throw new VStackError('payload_too_large', `A piece may have at most ${CHUNK_BYTES_MAX} bytes; ${sizeBytes} were announced.`);
    }
    if (header.piece && sizeBytes === 0) throw new VStackError('empty_body', 'The header names a piece, and no bytes follow it.');
    if (!header.piece && sizeBytes > 0) throw new VStackError('bad_request', `The header names no piece, and ${sizeBytes} bytes follow it.`);
    if (!header.piece) return answer(call, await step(header, undefined));
    checkWritable(store);
    const taken = await takeIn(body.rest(), sizeBytes, intake, call.signal);
    try {
      onBytes('in', sizeBytes);
      answer(call, await step(header, attach(header.piece, taken)));
    } finally {
      taken.release();
    }
  };

  const prepare = async (call: Call): Promise<void> => {
    const instance = instanceOf(call);
    const request = await call.json(PrepareRequest);
    verifier.checkGrant(request.grant, instance);
    answer(call, await shell.request(request.grant, { type: 'PREPARE', ...request }));
  };

  const learn = async (call: Call): Promise<void> => {
    const instance = instanceOf(call);
    const request = await call.json(LearnRequest);
    verifier.checkGrant(request.grant, instance, { expiredIsFine: true });
    verifier.checkLearn(request);
    answer(call, await teach(shell, request));
  };

  const learnMany = async (call: Call): Promise<void> => {
    const { learns } = await call.json(LearnBatch);
    const outcome = await teachMany({ store, book, shell, verifier }, learns);
    call.reply({ type: 'LEARNED', store_uuid: store.uuid, ...outcome } satisfies LearnBatchReply);
  };

  const show = async (call: Call): Promise<void> => {
    const { chunkId, generation } = parseInstanceKey(instanceOf(call))!;
    const entry = await book.look(chunkId);
    if (entry.isDamaged) throw new VStackError('corrupt', `The acceptor record of ${chunkId} is damaged on this node.`);
    // Several incarnations may have run the same generation; the youngest stands last.
    const state = [...entry.record.states.values()].findLast(({ grant }) => grant.generation === generation);
    if (!state) throw new VStackError('not_found', `This node knows no instance ${chunkId}.g${generation}.`);
    call.reply(acceptorStatus({ state, storeUuid: store.uuid }));
  };

  return [
    { method: 'POST', path: '/paxos/:instance/prepare', handle: prepare },
    {
      method: 'PUT',
      path: '/paxos/:instance/stage',
      handle: (call) =>
        receiveFrame(
          call,
          (header) => parseInput(StageHeader, header),
          (header, attached) => shell.request(header.grant, { type: 'STAGE', ...header }, attached),
        ),
    },
    {
      method: 'PUT',
      path: '/paxos/:instance/accept',
      handle: (call) =>
        receiveFrame(
          call,
          (header) => parseInput(AcceptHeader, header),
          (header, attached) => shell.request(header.grant, { type: 'ACCEPT', ...header }, attached),
        ),
    },
    { method: 'POST', path: '/paxos/:instance/learn', handle: learn },
    { method: 'POST', path: '/paxos/learn', handle: learnMany },
    { method: 'GET', path: '/paxos/:instance', handle: show },
  ];
};
