/**
 * Names of things on the wire.
 *
 *   videoId   `vid-` + 12 hex
 *   chunkId   `<videoId>-chunk-<seq, 3+ digits>` for bytes, `<videoId>-manifest-<version>` for a manifest version;
 *             classic clients may bring ids of their own: anything `ChunkId` accepts
 *   instance  `chunkId.g<generation>`, one decree of ChunkPaxos
 *   fragment  `<chunkId>-frag-<index>`
 */
import { z } from 'zod';

const CHUNK_ID_PATTERN = /^[A-Za-z0-9._-]{1,200}$/;
const INSTANCE_PATTERN = /^(.+)\.g(0|[1-9][0-9]{0,8})$/;

export const isChunkId = (text: string): boolean => CHUNK_ID_PATTERN.test(text) && !text.includes('..');

export const ChunkId = z.string().refine(isChunkId, 'a chunk id is 1–200 characters of A–Z a–z 0–9 . _ - without ".."');
export const VideoId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a video id is 1–64 characters of A–Z a–z 0–9 _ -');
export const NodeId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a node id is 1–64 characters of A–Z a–z 0–9 _ -');
export const StoreUuid = z.string().regex(/^[0-9a-f]{32}$/, 'a store uuid is 32 lower-case hex digits');
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hex digits');

export type ChunkId = z.infer<typeof ChunkId>;
export type VideoId = z.infer<typeof VideoId>;
export type NodeId = z.infer<typeof NodeId>;
export type StoreUuid = z.infer<typeof StoreUuid>;
export type Sha256Hex = z.infer<typeof Sha256Hex>;

export const chunkIdOf = (videoId: VideoId, sequence: number): ChunkId => `${videoId}-chunk-${String(sequence).padStart(3, '0')}`;
export const manifestIdOf = (videoId: VideoId, version: number): ChunkId => `${videoId}-manifest-${version}`;
export const fragmentIdOf = (chunkId: ChunkId, index: number): string => `${chunkId}-frag-${index}`;
export const instanceKeyOf = (chunkId: ChunkId, generation: number): string => `${chunkId}.g${generation}`;

/** Splits `chunkId.gN`; undefined when the text is no instance or names no valid chunk. */
export const parseInstanceKey = (text: string): { chunkId: ChunkId; generation: number } | undefined => {
  const match = INSTANCE_PATTERN.exec(text);
  if (!match || !isChunkId(match[1]!)) return undefined;
  return { chunkId: match[1]!, generation: Number(match[2]) };
};
