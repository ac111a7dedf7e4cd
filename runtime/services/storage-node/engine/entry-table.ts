/**
 * The index entries as columns of typed arrays, 61 bytes each. Pages keep growth flat: adding an entry never copies the ones before it.
 */
import { SHA256_BYTES } from './layout.ts';

const PAGE_BITS = 12;
const PAGE_ENTRIES = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ENTRIES - 1;
const ENTRY_BYTES = 61;

/** Positions are multiples of 8, so 32 bits reach 32 GiB into a file. */
export const POSITION_UNIT = 8;

/** Flags: the low three bits are the kind of the key. */
const KIND_MASK = 0b111;
export const FLAG_TOMBSTONE = 0b1000;
export const FLAG_QUARANTINED = 0b1_0000;
export const FLAG_USED = 0b1000_0000;

interface Page {
  sequence: Float64Array;
  position: Uint32Array;
  payloadBytes: Uint32Array;
  hash: Uint32Array;
  keyAddress: Uint32Array;
  keyBytes: Uint16Array;
  slot: Uint16Array;
  flags: Uint8Array;
  sha256: Uint8Array;
}

const createPage = (): Page => ({
  sequence: new Float64Array(PAGE_ENTRIES),
  position: new Uint32Array(PAGE_ENTRIES),
  payloadBytes: new Uint32Array(PAGE_ENTRIES),
  hash: new Uint32Array(PAGE_ENTRIES),
  keyAddress: new Uint32Array(PAGE_ENTRIES),
  keyBytes: new Uint16Array(PAGE_ENTRIES),
  slot: new Uint16Array(PAGE_ENTRIES),
  flags: new Uint8Array(PAGE_ENTRIES),
  sha256: new Uint8Array(PAGE_ENTRIES * SHA256_BYTES),
});

/** Where a record lies and what it says, as the index keeps it. */
export interface EntryValue {
  sequence: number;
  /** Number of the superblock in the store's slot table. */
  slot: number;
  position: number;
  payloadBytes: number;
  /** Kind and FLAG_… bits. */
  flags: number;
}

export class EntryTable {
  readonly #pages: Page[] = [];
  readonly #free: number[] = [];
  /** One past the highest id ever used: iterate from 0 to here and skip what is not used. */
  end = 0;

  get bytes(): number {
    return this.#pages.length * PAGE_ENTRIES * ENTRY_BYTES + this.#free.length * 8;
  }

  add(hash: number, keyAddress: number, keyBytes: number): number {
    const id = this.#free.pop() ?? this.end++;
    if (id >>> PAGE_BITS === this.#pages.length) this.#pages.push(createPage());
    const page = this.#page(id);
    const at = id & PAGE_MASK;
    page.hash[at] = hash;
    page.keyAddress[at] = keyAddress;
    page.keyBytes[at] = keyBytes;
    return id;
  }

  /** `sha256` is 32 bytes of `shaSource` from `shaStart`. */
  set(id: number, value: EntryValue, shaSource: Uint8Array, shaStart: number): void {
    const page = this.#page(id);
    const at = id & PAGE_MASK;
    page.sequence[at] = value.sequence;
    page.position[at] = value.position / POSITION_UNIT;
    page.payloadBytes[at] = value.payloadBytes;
    page.slot[at] = value.slot;
    page.flags[at] = value.flags | FLAG_USED;
    const shaAt = at * SHA256_BYTES;
    for (let i = 0; i < SHA256_BYTES; i++) page.sha256[shaAt + i] = shaSource[shaStart + i]!;
  }

  /** Points an entry at another copy of the same record. */
  move(id: number, slot: number, position: number): void {
    const page = this.#page(id);
    page.slot[id & PAGE_MASK] = slot;
    page.position[id & PAGE_MASK] = position / POSITION_UNIT;
  }

  remove(id: number): void {
    this.#page(id).flags[id & PAGE_MASK] = 0;
    this.#free.push(id);
  }

  setFlag(id: number, flag: number, on: boolean): void {
    const flags = this.#page(id).flags;
    flags[id & PAGE_MASK] = on ? flags[id & PAGE_MASK]! | flag : flags[id & PAGE_MASK]! & ~flag;
  }

  sequence(id: number): number {
    return this.#page(id).sequence[id & PAGE_MASK]!;
  }
  position(id: number): number {
    return this.#page(id).position[id & PAGE_MASK]! * POSITION_UNIT;
  }
  payloadBytes(id: number): number {
    return this.#page(id).payloadBytes[id & PAGE_MASK]!;
  }
  hash(id: number): number {
    return this.#page(id).hash[id & PAGE_MASK]!;
  }
  keyAddress(id: number): number {
    return this.#page(id).keyAddress[id & PAGE_MASK]!;
  }
  keyBytes(id: number): number {
    return this.#page(id).keyBytes[id & PAGE_MASK]!;
  }
  slot(id: number): number {
    return this.#page(id).slot[id & PAGE_MASK]!;
  }
  flags(id: number): number {
    return this.#page(id).flags[id & PAGE_MASK]!;
  }
  kind(id: number): number {
    return this.flags(id) & KIND_MASK;
  }
  has(id: number, flag: number): boolean {
    return (this.flags(id) & flag) !== 0;
  }
  /** A view of the 32 bytes. */
  sha256(id: number): Buffer {
    const { sha256 } = this.#page(id);
    return Buffer.from(sha256.buffer, (id & PAGE_MASK) * SHA256_BYTES, SHA256_BYTES);
  }

  #page(id: number): Page {
    return this.#pages[id >>> PAGE_BITS]!;
  }
}
