/** A growing list of 32-bit numbers, four bytes each. */
export class U32List {
  #items = new Uint32Array(16);
  length = 0;

  push(item: number): void {
    if (this.length === this.#items.length) {
      const grown = new Uint32Array(this.#items.length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length++] = item;
  }

  /** A view of the items so far. */
  items(): Uint32Array {
    return this.#items.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  get bytes(): number {
    return this.#items.byteLength;
  }
}
