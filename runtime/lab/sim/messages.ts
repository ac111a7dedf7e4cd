/** What travels through the simulated network: the protocol's messages, and those between proposers and the metadata service. */
import type { Ballot, Grant, Value } from '../../contract/paxos.ts';
import type { AckBody, Learn, Reply, Request } from '../../core/chunkpaxos/messages.ts';

/** Addresses: stores are 0 … N − 1, then the metadata service, then proposers by serial number. */
export const METADATA = 50;
export const PROPOSERS = 100;

export type MetadataRequest =
  | { type: 'ISSUE'; after: number; sha256: string }
  | { type: 'COMMIT'; grant: Grant; ballot: Ballot; value: Value; acks: readonly AckBody[] }
  | { type: 'RECOVER' };

export type MetadataReply =
  | { type: 'GRANTED'; grant: Grant }
  | { type: 'COMMITTED'; value: Value }
  | { type: 'REFUSED'; reason: string };

/** A proposer's own errand: read an adopted value's bytes from stores. */
export interface Fetch {
  type: 'FETCH';
  value: Value;
}

export type SimMessage = Request | Reply | Learn | MetadataRequest | MetadataReply | Fetch;

export interface Envelope {
  readonly to: number;
  readonly from: number;
  readonly generation: number;
  readonly message: SimMessage;
  /** Its bytes were changed on the way. */
  readonly isBad: boolean;
  /** For the trace; 0 when nobody traces. */
  readonly id: number;
}

export const nameOf = (address: number): string =>
  address >= PROPOSERS ? `proposer-${address - PROPOSERS}` : address === METADATA ? 'metadata' : address < 0 ? 'nobody' : `node-${address}`;
