/** What the pure core leaves to its shell: the MACs, hashes and dates around a message. */
import { VStackError } from '../../../contract/errors.ts';
import { instanceKeyOf } from '../../../contract/ids.ts';
import {
  ackMacText, grantMacText, learnMacText, valueText, type Ballot, type Grant, type LearnRequest, type Value,
} from '../../../contract/paxos.ts';
import { registerMacText } from '../../../contract/wire/metadata.ts';
import { forceMacText, FORCE_SECONDS_MAX } from '../../../contract/wire/storage-node.ts';
import { equalsConstantTime, hmacHex, sha256Hex } from '../../../platform/crypto.ts';

export interface VerifierKeys {
  grantKey: string;
  /** HMAC-SHA256(nodeKey, storeUuid): known to this store and the metadata service. */
  storeKey: string;
  storeUuid: string;
  wallMs: () => number;
}

export interface Verifier {
  /** Throws `bad_request` for a grant of another instance, `forbidden` for a wrong MAC. An expired grant only lets LEARNs through. */
  checkGrant(grant: Grant, instance: string, options?: { expiredIsFine?: boolean }): void;
  /** Throws `forbidden` unless the metadata service wrote this LEARN for this store. */
  checkLearn(request: LearnRequest): void;
  ackMac(grant: Grant, ballot: Ballot, value: Value): string;
  /** Proof for the metadata service that this store itself registers under these addresses. */
  registerMac(node: { nodeId: string; nodeUrl: string; directUrl: string; storeUuid: string }): string;
  /** Throws `forbidden` unless the header `X-Vstack-Force` is the metadata service's, for this chunk and this store, and current. */
  checkForce(header: string, chunkId: string): void;
}

export const createVerifier = ({ grantKey, storeKey, storeUuid, wallMs }: VerifierKeys): Verifier => {
  const subjectOf = (grant: Grant, value: Value | null) => ({
    grant,
    grantHash: sha256Hex(grantMacText(grant)),
    valueHash: value ? sha256Hex(valueText(value)) : '',
    storeUuid,
  });

  return {
    checkGrant(grant, instance, { expiredIsFine = false } = {}) {
      const granted = instanceKeyOf(grant.chunk_id, grant.generation);
      if (granted !== instance) throw new VStackError('bad_request', `The path names the instance ${instance}, the grant ${granted}.`);
      if (!equalsConstantTime(grant.mac, hmacHex(grantKey, grantMacText(grant)))) {
        throw new VStackError('forbidden', `The grant for ${instance} does not carry the metadata service's MAC. Ask POST /grants for one.`);
      }
      if (!expiredIsFine && grant.not_after * 1000 <= wallMs()) {
        const endedAt = new Date(grant.not_after * 1000).toISOString();
        throw new VStackError('forbidden', `The grant for ${instance} expired at ${endedAt}. Ask for the next generation.`);
      }
    },
    checkLearn(request) {
      const text = learnMacText({ ...subjectOf(request.grant, request.value), closedThrough: request.closed_through });
      if (!equalsConstantTime(request.mac, hmacHex(storeKey, text))) {
        throw new VStackError('forbidden', 'Only the metadata service may say what was chosen; this LEARN does not carry its MAC for this store.');
      }
    },
    ackMac: (grant, ballot, value) => hmacHex(storeKey, ackMacText({ ...subjectOf(grant, value), ballot })),
    registerMac: ({ nodeId, nodeUrl, directUrl, storeUuid: uuid }) =>
      hmacHex(storeKey, registerMacText({ node_id: nodeId, node_url: nodeUrl, store_uuid: uuid, direct_url: directUrl })),
    checkForce(header, chunkId) {
      const match = /^(\d{1,12})\.([0-9a-f]{64})$/.exec(header);
      const expSeconds = Number(match?.[1]);
      const leftMs = expSeconds * 1000 - wallMs();
      const isCurrent = leftMs > 0 && leftMs <= FORCE_SECONDS_MAX * 1000;
      const mac = hmacHex(storeKey, forceMacText({ chunkId, storeUuid, expSeconds }));
      if (!match || !isCurrent || !equalsConstantTime(match[2]!, mac)) {
        const expected = `"<exp>.<mac>" by the metadata service for ${chunkId}, with at most ${FORCE_SECONDS_MAX} s to go`;
        throw new VStackError('forbidden', `X-Vstack-Force must be ${expected}.`);
      }
    },
  };
};
