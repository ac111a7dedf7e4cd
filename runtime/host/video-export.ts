/**
 * A stored video as the one file it was made of: its chunks in order are an MP4. Every chunk is verified, and the whole against the hash
 * that was recorded when it was stored, before its last chunk is handed on: what is complete is right.
 */
import { downloadVideo } from '../client/download/download-video.ts';
import { VStackError } from '../contract/errors.ts';
import type { Manifest } from '../contract/wire/metadata.ts';
import { createSha256 } from '../platform/crypto.ts';

/** What is known of the file before its first byte. */
export interface ExportFacts {
  title: string;
  mime: string;
  sizeBytes: number;
}

export interface ExportOptions {
  /** Asked first, and again for fresh URLs. */
  manifest: () => Promise<Manifest>;
  /** Called once, when the first chunk is there. */
  begin?: (facts: ExportFacts) => Promise<void> | void;
  /** Takes each chunk in order; the export waits for it. */
  write: (bytes: Uint8Array) => Promise<void> | void;
  signal: AbortSignal;
}

export interface Exported {
  sizeBytes: number;
  sha256: string;
}

/** Videos of classic clients do not say what they are. */
const MIME_UNKNOWN = 'application/octet-stream';

/** @throws VStackError conflict for a video that is not finished, unavailable, checksum_mismatch, cancelled */
export const exportVideo = async ({ manifest: ask, begin, write, signal }: ExportOptions): Promise<Exported> => {
  const manifest = await ask();
  if (manifest.status !== 'active') throw new VStackError('conflict', `"${manifest.title}" is still being uploaded. Wait for its upload to end.`);
  const { media } = manifest;
  const sizeBytes = manifest.chunks.reduce((sum, chunk) => sum + chunk.size_bytes, 0);
  const hash = createSha256();
  let chunksLeft = manifest.chunks.length;
  let hasBegun = false;
  let sha256 = '';
  await downloadVideo({
    manifest,
    refresh: ask,
    signal,
    async write(bytes) {
      hash.update(bytes);
      chunksLeft -= 1;
      if (chunksLeft === 0) {
        sha256 = hash.digestHex();
        if (media && media.sha256 !== sha256) {
          throw new VStackError('checksum_mismatch', `Every chunk is right, but together they have the SHA-256 ${sha256}; the manifest says ${media.sha256}. Upload the video again.`);
        }
      }
      if (!hasBegun) await begin?.({ title: manifest.title, mime: media?.mime ?? MIME_UNKNOWN, sizeBytes });
      hasBegun = true;
      await write(bytes);
    },
  });
  return { sizeBytes, sha256 };
};
