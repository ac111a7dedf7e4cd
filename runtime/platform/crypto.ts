/** Hashes, MACs and secrets: the one place that touches node:crypto. All digests are lower-case hex. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** An incremental SHA-256, for data that never stands in memory as a whole. */
export const createSha256 = (): { update(data: Uint8Array): void; digestHex(): string } => {
  const hash = createHash('sha256');
  return {
    update: (data) => void hash.update(data),
    digestHex: () => hash.digest('hex'),
  };
};

/** HMAC-SHA256. `keyHex` is the key in hex, so that keys are written in one way everywhere. */
export const hmacHex = (keyHex: string, text: string): string => createHmac('sha256', Buffer.from(keyHex, 'hex')).update(text).digest('hex');

/** Compares two secrets in a time that does not tell where they differ. */
export const equalsConstantTime = (a: string, b: string): boolean => {
  const left = createHash('sha256').update(a).digest();
  const right = createHash('sha256').update(b).digest();
  return timingSafeEqual(left, right);
};

export const randomHex = (byteCount: number): string => randomBytes(byteCount).toString('hex');

/** A store's key: known to the store (through its node's key) and to the metadata service (through the root key), and to no one else. */
export const nodeKeyOf = (storeRootKey: string, nodeId: string): string => hmacHex(storeRootKey, nodeId);
export const storeKeyOf = (nodeKey: string, storeUuid: string): string => hmacHex(nodeKey, storeUuid);
