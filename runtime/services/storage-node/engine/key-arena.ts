/** Keys as bytes in large segments: about 26 bytes each instead of a string object, and nothing for the garbage collector to walk. */

const SEGMENT_BYTES = 64 * 1024;

export class KeyArena {
  readonly #segments: Uint8Array[] = [];
  #usedInLast = SEGMENT_BYTES;
  /** Freed places by key length. Keys come in few lengths, so exact reuse keeps the arena from growing. */
  readonly #free = new Map<number, number[]>();

  get bytes(): number {
    return this.#segments.length * SEGMENT_BYTES;
  }

  /** Copies a key in and returns its address. */
  add(source: Uint8Array, start: number, keyBytes: number): number {
    const address = this.#free.get(keyBytes)?.pop() ?? this.#append(keyBytes);
    const segment = this.#segments[Math.floor(address / SEGMENT_BYTES)]!;
    const offset = address % SEGMENT_BYTES;
    for (let i = 0; i < keyBytes; i++) segment[offset + i] = source[start + i]!;
    return address;
  }

  free(address: number, keyBytes: number): void {
    const places = this.#free.get(keyBytes);
    if (places) places.push(address);
    else this.#free.set(keyBytes, [address]);
  }

  equals(address: number, keyBytes: number, other: Uint8Array, start: number): boolean {
    const segment = this.#segments[Math.floor(address / SEGMENT_BYTES)]!;
    const offset = address % SEGMENT_BYTES;
    for (let i = 0; i < keyBytes; i++) if (segment[offset + i] !== other[start + i]) return false;
    return true;
  }

  /** A view: valid until the key is freed. */
  bytesAt(address: number, keyBytes: number): Buffer {
    const segment = this.#segments[Math.floor(address / SEGMENT_BYTES)]!;
    return Buffer.from(segment.buffer, segment.byteOffset + (address % SEGMENT_BYTES), keyBytes);
  }

  /** A key never straddles two segments, so the end of a segment may stay unused. */
  #append(keyBytes: number): number {
    if (this.#usedInLast + keyBytes > SEGMENT_BYTES) {
      this.#segments.push(new Uint8Array(SEGMENT_BYTES));
      this.#usedInLast = 0;
    }
    const address = (this.#segments.length - 1) * SEGMENT_BYTES + this.#usedInLast;
    this.#usedInLast += keyBytes;
    return address;
  }
}
