/** Hashes, MACs and secrets: the one place that touches node:crypto. All digests are lower-case hex. */
import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** An incremental SHA-256, for data that never stands in memory as a whole. */
export const createSha256 = (): { update(data: Uint8Array): void; digestHex(): string } => {
  const hash = createHash('sha256');
  return {
    update: (data) => void hash.update(data),
    digestHex: () => hash.digest('hex'),
  };
};

/** A process knows a handful of cluster keys and a few per node; beyond this the oldest is forgotten. */
const KEY_OBJECTS_MAX = 256;
const keyObjects = new Map<string, KeyObject>();

/** Making a key object costs ten times as much as the MAC of a short text, and a manifest is signed thousands of times with one key. */
const keyObjectOf = (keyHex: string): KeyObject => {
  let key = keyObjects.get(keyHex);
  if (!key) {
    key = createSecretKey(Buffer.from(keyHex, 'hex'));
    keyObjects.set(keyHex, key);
    if (keyObjects.size > KEY_OBJECTS_MAX) keyObjects.delete(keyObjects.keys().next().value!);
  }
  return key;
};

/** HMAC-SHA256. `keyHex` is the key in hex, so that keys are written in one way everywhere. */
export const hmacHex = (keyHex: string, text: string): string => createHmac('sha256', keyObjectOf(keyHex)).update(text).digest('hex');

/** Compares two secrets in a time that does not tell where they differ. Their lengths are no secret. */
export const equalsConstantTime = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};

export const randomHex = (byteCount: number): string => randomBytes(byteCount).toString('hex');

/** A store's key: known to the store (through its node's key) and to the metadata service (through the root key), and to no one else. */
export const nodeKeyOf = (storeRootKey: string, nodeId: string): string => hmacHex(storeRootKey, nodeId);
export const storeKeyOf = (nodeKey: string, storeUuid: string): string => hmacHex(nodeKey, storeUuid);
