/** Checksums of bytes on disk: CRC-32 finds damage, SHA-256 names content. */
import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** CRC-32 (ISO-HDLC, as in zip and PNG). `seed` is the CRC of what came before, so that a checksum can run over several pieces. */
export const crc32 = (bytes: Uint8Array, seed = 0): number => zlibCrc32(bytes, seed);

/** 32 bytes. */
export const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
