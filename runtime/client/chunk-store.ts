/**
 * Complete chunks in memory: those that nobody has taken yet, and the latest of the others for a second reading. The core bounds what is
 * fetched ahead; this bounds what stays behind.
 */
export interface ChunkStore {
  put(sequence: number, bytes: Uint8Array<ArrayBuffer>): void;
  has(sequence: number): boolean;
  /** The bytes, which may be dropped from now on. Undefined: not here. */
  take(sequence: number): Uint8Array<ArrayBuffer> | undefined;
  clear(): void;
}

export const createChunkStore = (keptBytesMax: number): ChunkStore => {
  const waiting = new Map<number, Uint8Array<ArrayBuffer>>();
  /** In the order they were used. */
  const kept = new Map<number, Uint8Array<ArrayBuffer>>();
  let keptBytes = 0;
  const keep = (sequence: number, bytes: Uint8Array<ArrayBuffer>): void => {
    if (!kept.delete(sequence)) keptBytes += bytes.byteLength;
    kept.set(sequence, bytes);
    for (const [oldest, old] of kept) {
      if (keptBytes <= keptBytesMax) break;
      kept.delete(oldest);
      keptBytes -= old.byteLength;
    }
  };
  return {
    put: (sequence, bytes) => void waiting.set(sequence, bytes),
    has: (sequence) => waiting.has(sequence) || kept.has(sequence),
    take: (sequence) => {
      const bytes = waiting.get(sequence) ?? kept.get(sequence);
      waiting.delete(sequence);
      if (bytes) keep(sequence, bytes);
      return bytes;
    },
    clear: () => {
      waiting.clear();
      kept.clear();
      keptBytes = 0;
    },
  };
};
