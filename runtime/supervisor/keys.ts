/**
 * `keys.json`: the secrets of a cluster, made once and kept for its whole life. Grants, certificates and signed URLs are verified with them,
 * so a lost or replaced file would make every stored certificate worthless: it is never overwritten.
 */
import { z } from 'zod';
import { SecretHex } from '../contract/child-config.ts';
import { VStackError } from '../contract/errors.ts';
import { randomHex } from '../platform/crypto.ts';
import { readJsonFile, writeJsonFile } from '../platform/files.ts';
import { makePrivate } from '../platform/permissions.ts';

const KEY_BYTES = 32;

const KeysFile = z.object({
  version: z.literal(1),
  /** Bearer token of every service. */
  clusterSecret: SecretHex,
  /** The metadata service MACs grants with it, nodes verify. */
  grantKey: SecretHex,
  /** The metadata service signs URLs with it, nodes verify. */
  urlKey: SecretHex,
  /** The keys of nodes and their stores derive from it. */
  storeRootKey: SecretHex,
});
export type ClusterKeys = Omit<z.infer<typeof KeysFile>, 'version'>;

/** Reads the keys, or makes them (durably, mode 0600) when there are none. @throws VStackError corrupt */
export const loadKeys = async (path: string): Promise<ClusterKeys> => {
  const existing = await readJsonFile(path);
  if (existing !== undefined) {
    // A copy or a backup brought back by hand may have come with wider permissions.
    await makePrivate(path);
    const parsed = KeysFile.safeParse(existing);
    if (parsed.success) return parsed.data;
    throw new VStackError('corrupt', `${path} does not hold the keys of a cluster. Bring back the original file; new keys could not verify what is stored.`);
  }
  const key = (): string => randomHex(KEY_BYTES);
  const keys = { version: 1, clusterSecret: key(), grantKey: key(), urlKey: key(), storeRootKey: key() } as const;
  await writeJsonFile(path, keys);
  return keys;
};
