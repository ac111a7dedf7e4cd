/** Every MAC and signature the service makes or checks. The pure core never sees a key. */
import { ackMacText, grantMacText, learnMacText, valueText, type Ballot, type Certificate, type Grant, type GrantStore, type Value } from '../../contract/paxos.ts';
import { registerMacText, type RegisterNodeQuery } from '../../contract/wire/metadata.ts';
import { forceMacText } from '../../contract/wire/storage-node.ts';
import { equalsConstantTime, hmacHex, nodeKeyOf, sha256Hex, storeKeyOf } from '../../platform/crypto.ts';
import { signPath } from '../../platform/http/guard.ts';

export interface KeyConfig {
  grantKey: string;
  urlKey: string;
  storeRootKey: string;
}

const SECOND_MS = 1000;

export const createKeys = ({ grantKey, urlKey, storeRootKey }: KeyConfig) => {
  const storeKeys = new Map<string, string>();

  /** Derived, never stored: whoever has lost the database still has them. */
  const keyOf = ({ node_id: nodeId, store_uuid: storeUuid }: GrantStore): string => {
    const name = `${nodeId} ${storeUuid}`;
    let key = storeKeys.get(name);
    if (!key) storeKeys.set(name, (key = storeKeyOf(nodeKeyOf(storeRootKey, nodeId), storeUuid)));
    return key;
  };

  return {
    signGrant: (grant: Omit<Grant, 'mac'>): Grant => ({ ...grant, mac: hmacHex(grantKey, grantMacText(grant)) }),
    isGrantGenuine: (grant: Grant): boolean => equalsConstantTime(grant.mac, hmacHex(grantKey, grantMacText(grant))),

    /** Whether this store, named by the grant, voted for the value at the ballot. A store outside the grant never did. */
    isAckGenuine(grant: Grant, ballot: Ballot, value: Value, ack: Certificate['acks'][number]): boolean {
      const store = grant.stores.find(({ store_uuid: storeUuid }) => storeUuid === ack.store_uuid);
      if (!store) return false;
      const subject = { grant, grantHash: sha256Hex(grantMacText(grant)), valueHash: sha256Hex(valueText(value)), storeUuid: ack.store_uuid, ballot };
      return equalsConstantTime(ack.mac, hmacHex(keyOf(store), ackMacText(subject)));
    },

    /** Whether the store itself asked to be registered so. A node that names no store proves nothing. */
    isRegistrationGenuine({ node_id, node_url, store_uuid, direct_url = node_url, mac }: RegisterNodeQuery): boolean {
      if (mac === undefined || store_uuid === undefined) return false;
      return equalsConstantTime(mac, hmacHex(keyOf({ node_id, store_uuid }), registerMacText({ node_id, node_url, store_uuid, direct_url })));
    },

    signLearn(grant: Grant, value: Value | null, closedThrough: number, store: GrantStore): string {
      const valueHash = value ? sha256Hex(valueText(value)) : '';
      const subject = { grant, grantHash: sha256Hex(grantMacText(grant)), valueHash, storeUuid: store.store_uuid, closedThrough };
      return hmacHex(keyOf(store), learnMacText(subject));
    },

    /** The header that lets a store drop a chunk although a placement names it. */
    signForce(chunkId: string, store: GrantStore, expSeconds: number): string {
      return `${expSeconds}.${hmacHex(keyOf(store), forceMacText({ chunkId, storeUuid: store.store_uuid, expSeconds }))}`;
    },

    signUrl: (baseUrl: string, path: string, expiresUnix: number): string => baseUrl.replace(/\/$/, '') + signPath(urlKey, path, expiresUnix),
  };
};

export type Keys = ReturnType<typeof createKeys>;

export const toUnixSeconds = (wallMs: number): number => Math.floor(wallMs / SECOND_MS);
