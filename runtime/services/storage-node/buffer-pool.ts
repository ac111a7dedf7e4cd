/**
 * Memory for bodies, used again and again: a fresh allocation of megabytes costs page faults, and leaves it to the garbage collector
 * when the memory comes back. Sizes are rounded up to powers of two; pages that are never touched cost nothing.
 */
import { KIB } from '../../contract/units.ts';

const CLASS_BYTES_MIN = 16 * KIB;

export interface BufferPool {
  /** At least `sizeBytes` long, with whatever it held before. */
  take(sizeBytes: number): Uint8Array;
  give(buffer: Uint8Array): void;
}

/** Keeps at most `keptBytesMax` for later; what is given back beyond that is let go. */
export const createBufferPool = (keptBytesMax: number): BufferPool => {
  const idle = new Map<number, Uint8Array[]>();
  let keptBytes = 0;
  const classOf = (sizeBytes: number): number => Math.max(CLASS_BYTES_MIN, 2 ** Math.ceil(Math.log2(sizeBytes)));
  return {
    take(sizeBytes) {
      const classBytes = classOf(sizeBytes);
      const buffer = idle.get(classBytes)?.pop();
      if (!buffer) return Buffer.allocUnsafeSlow(classBytes);
      keptBytes -= classBytes;
      return buffer;
    },
    give(buffer) {
      if (keptBytes + buffer.length > keptBytesMax) return;
      keptBytes += buffer.length;
      const buffers = idle.get(buffer.length);
      if (buffers) buffers.push(buffer);
      else idle.set(buffer.length, [buffer]);
    },
  };
};
