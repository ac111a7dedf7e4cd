/** ChunkPaxos over HTTP: the transport that the uploader and the metadata service give to their proposers. The calls: contract/paxos.ts. */
import { VStackError } from '../../contract/errors.ts';
import { fragmentIdOf, instanceKeyOf } from '../../contract/ids.ts';
import { encodeFrameStart } from '../../contract/paxos-frame.ts';
import { AcceptorStatus, AcceptReply, Learned, Nack, PrepareReply, StageReply } from '../../contract/paxos.ts';
import type { Grant, GrantStore, Piece } from '../../contract/paxos.ts';
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import type { HttpClient, RequestOptions } from '../../platform/http/client.ts';

export interface PaxosTransportOptions {
  /** Carries the cluster's secret; its owner closes it. */
  client: HttpClient;
  /** The address to reach a node at, without a slash at its end; undefined for a node that is not known. */
  urlOf(nodeId: string): string | undefined;
  /** Without an answer for so long a call that carries so many bytes fails, which the proposer takes for silence. Default: the client's. */
  timeoutMsFor?: (sizeBytes: number) => number;
}

export const createPaxosTransport = ({ client, urlOf, timeoutMsFor }: PaxosTransportOptions): PaxosTransport => {
  const addressOf = (store: GrantStore, path: string): string => {
    const base = urlOf(store.node_id);
    if (!base) throw new VStackError('unavailable', `Expected an address of node ${store.node_id}, but none is known. Is it registered?`);
    return `${base}${path}`;
  };
  const pathOf = (grant: Grant, call = ''): string => `/paxos/${instanceKeyOf(grant.chunk_id, grant.generation)}${call}`;
  const bounded = (signal: AbortSignal, sizeBytes: number): RequestOptions => ({ signal, ...(timeoutMsFor && { timeoutMs: timeoutMsFor(sizeBytes) }) });
  const call = (store: GrantStore, path: string, signal: AbortSignal, options: RequestOptions, sizeBytes = 0): Promise<unknown> =>
    client.json(addressOf(store, path), { ...options, ...bounded(signal, sizeBytes) });

  return {
    prepare: async (store, request, signal) =>
      PrepareReply.parse(await orNack(call(store, pathOf(request.grant, '/prepare'), signal, { method: 'POST', json: request }))),
    stage: async (store, header, bytes, signal) =>
      StageReply.parse(await orNack(call(store, pathOf(header.grant, '/stage'), signal, { method: 'PUT', body: [encodeFrameStart(header), bytes] }, bytes.byteLength))),
    accept: async (store, header, bytes, signal) => {
      const body = bytes ? [encodeFrameStart(header), bytes] : [encodeFrameStart(header)];
      return AcceptReply.parse(await orNack(call(store, pathOf(header.grant, '/accept'), signal, { method: 'PUT', body }, bytes?.byteLength)));
    },
    learn: async (store, request, signal) =>
      Learned.parse(await call(store, pathOf(request.grant, '/learn'), signal, { method: 'POST', json: request })),
    status: async (store, grant, signal) => {
      const body = await orNull(call(store, pathOf(grant), signal, { method: 'GET' }));
      return body === null ? null : AcceptorStatus.parse(body);
    },
    read: async (store, grant, piece, signal) => {
      const answer = await orNull(
        client.request(addressOf(store, `/chunk/${storedIdOf(grant, piece)}?gen=${grant.generation}`), bounded(signal, 0)),
      );
      return answer === null ? null : await answer.bytes();
    },
  };
};

/** Replicated chunks are stored under their own id, fragments under theirs. */
const storedIdOf = (grant: Grant, piece: Piece): string => (grant.k > 1 ? fragmentIdOf(grant.chunk_id, piece.index) : grant.chunk_id);

/** A NACK travels as an error, but is an answer. */
const orNack = async (answer: Promise<unknown>): Promise<unknown> => {
  try {
    return await answer;
  } catch (error) {
    const nack = error instanceof VStackError ? Nack.safeParse(error.details) : undefined;
    if (nack?.success) return nack.data;
    throw error;
  }
};

const orNull = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof VStackError && error.code === 'not_found') return null;
    throw error;
  }
};
