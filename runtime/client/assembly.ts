/** Where the bytes of a chunk come together: kept and hashed, or only counted. */
import type { ManifestChunk } from '../contract/wire/metadata.ts';
import type { ChunkAssembly } from './transport.ts';

const toHex = (digest: ArrayBuffer): string => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bare hex of a manifest's checksum, which carries the prefix `sha256:`. */
const bareSha256 = (checksum: string): string => checksum.replace(/^sha256:/, '');

/** Keeps the bytes; right when their SHA-256 is the manifest's. */
export const createBufferedChunk = ({ size_bytes: sizeBytes, checksum }: Pick<ManifestChunk, 'size_bytes' | 'checksum'>): ChunkAssembly => {
  let bytes = new Uint8Array(sizeBytes);
  let wrong: Uint8Array<ArrayBuffer> | null = null;
  return {
    put: (offset, piece) => bytes.set(piece, offset),
    verify: (onVerdict) => {
      crypto.subtle.digest('SHA-256', bytes).then(
        (digest) => onVerdict(toHex(digest) === bareSha256(checksum)),
        // A browser that cannot hash (out of memory) cannot vouch for the bytes.
        () => onVerdict(false),
      );
    },
    restart: (keepsAside) => {
      if (keepsAside) wrong = bytes;
      bytes = new Uint8Array(sizeBytes);
    },
    wasWrong: (fromByte, toByte) => wrong !== null && wrong.subarray(fromByte, toByte).some((byte, index) => byte !== bytes[fromByte + index]),
    bytes: () => bytes,
  };
};

/** Keeps no bytes: the pieces of a simulated chunk are zeros, and one that begins with anything else is wrong. */
export const createCountedChunk = (): ChunkAssembly => {
  let wrongAt: number[] = [];
  let wrongBefore: number[] = [];
  return {
    put: (offset, piece) => {
      if (piece[0] !== 0) wrongAt.push(offset);
    },
    verify: (onVerdict) => onVerdict(wrongAt.length === 0),
    restart: (keepsAside) => {
      if (keepsAside) wrongBefore = wrongAt;
      wrongAt = [];
    },
    wasWrong: (fromByte, toByte) => wrongBefore.some((at) => at >= fromByte && at < toByte),
    bytes: () => new Uint8Array(0),
  };
};
