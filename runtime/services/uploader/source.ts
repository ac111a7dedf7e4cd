/** What identifies a source file, and whether it still is that file. */
import { VStackError } from '../../contract/errors.ts';
import { MIB } from '../../contract/units.ts';
import { createSha256 } from '../../platform/crypto.ts';
import { openReader } from '../../platform/files.ts';
import type { SourceFacts } from './session-store.ts';

/** Read at either end for the fingerprint. Containers keep their index at one of the ends, so a change of content shows there. */
const FINGERPRINT_BYTES = MIB;

export const identifySource = async (path: string, isSpooled: boolean): Promise<SourceFacts> => {
  const reader = await openReader(path);
  try {
    const { sizeBytes, mtimeMs } = reader;
    const hash = createSha256();
    hash.update(await reader.read(0, Math.min(FINGERPRINT_BYTES, sizeBytes)));
    hash.update(await reader.read(Math.max(0, sizeBytes - FINGERPRINT_BYTES), sizeBytes));
    hash.update(new TextEncoder().encode(`${sizeBytes}`));
    return { path, isSpooled, sizeBytes, mtimeMs, fingerprint: hash.digestHex() };
  } finally {
    await reader.close();
  }
};

/** Throws `conflict` when the file is no longer the one that the upload began with. */
export const assertSameSource = async (source: SourceFacts): Promise<void> => {
  const now = await identifySource(source.path, source.isSpooled);
  const isSame = now.sizeBytes === source.sizeBytes && now.mtimeMs === source.mtimeMs && now.fingerprint === source.fingerprint;
  if (!isSame) throw new VStackError('conflict', `The file ${source.path} changed while it was being uploaded. Upload it again once nobody writes to it.`);
};
