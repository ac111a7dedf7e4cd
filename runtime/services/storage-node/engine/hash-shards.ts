/**
 * An open-addressing hash table from 32-bit hashes to entry ids, in 256 shards that grow one by one: no single insert ever pays for
 * rehashing a million entries. The table stores ids only; the caller knows how to compare keys and to tell an id's hash.
 */

export const SHARD_COUNT = 256;
const SLOTS_MIN = 16;
/** Linear probing stays short below this load. */
const LOAD_MAX = 0.75;
const EMPTY = 0;

interface Shard {
  /** Entry id + 1, so that 0 means empty. */
  slots: Uint32Array;
  count: number;
}

export class HashShards {
  readonly #shards: Shard[] = Array.from({ length: SHARD_COUNT }, () => ({ slots: new Uint32Array(SLOTS_MIN), count: 0 }));
  readonly #hashOf: (id: number) => number;
  /** Where the last unsuccessful `find` ended: the place for an insert that follows at once. */
  #missedAt = 0;

  constructor(hashOf: (id: number) => number) {
    this.#hashOf = hashOf;
  }

  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.slots.length * 4, 0);
  }

  /** The id under `hash` that `isMatch` accepts, or -1. */
  find(hash: number, isMatch: (id: number) => boolean): number {
    const { slots } = this.#shards[shardOf(hash)]!;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (; slots[at] !== EMPTY; at = (at + 1) & mask) {
      const id = slots[at]! - 1;
      if (this.#hashOf(id) === hash && isMatch(id)) return id;
    }
    this.#missedAt = at;
    return -1;
  }

  /** Adds an id whose key the call of `find` right before this one did not find. */
  insertMissed(hash: number, id: number): void {
    const shard = this.#shards[shardOf(hash)]!;
    if (shard.count + 1 > shard.slots.length * LOAD_MAX) {
      this.#grow(shard, shard.slots.length * 2);
      place(shard.slots, hash, id);
    } else {
      shard.slots[this.#missedAt] = id + 1;
    }
    shard.count++;
  }

  /** Makes room for this many more ids at once instead of by doubling. */
  reserve(count: number): void {
    for (const shard of this.#shards) {
      const wanted = (shard.count + count / SHARD_COUNT) / LOAD_MAX;
      if (wanted > shard.slots.length) this.#grow(shard, 2 ** Math.ceil(Math.log2(wanted)));
    }
  }

  /** Closes the gap that a removal leaves, so that no tombstones slow later searches. */
  remove(hash: number, id: number): void {
    const shard = this.#shards[shardOf(hash)]!;
    const { slots } = shard;
    const mask = slots.length - 1;
    let gap = hash & mask;
    while (slots[gap] !== id + 1) {
      if (slots[gap] === EMPTY) return;
      gap = (gap + 1) & mask;
    }
    for (let at = (gap + 1) & mask; slots[at] !== EMPTY; at = (at + 1) & mask) {
      const home = this.#hashOf(slots[at]! - 1) & mask;
      // An id may move back into the gap only if its home does not lie between the gap and its place.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        slots[gap] = slots[at]!;
        gap = at;
      }
    }
    slots[gap] = EMPTY;
    shard.count--;
  }

  #grow(shard: Shard, slotCount: number): void {
    const grown = new Uint32Array(slotCount);
    for (const slot of shard.slots) if (slot !== EMPTY) place(grown, this.#hashOf(slot - 1), slot - 1);
    shard.slots = grown;
  }
}

const place = (slots: Uint32Array, hash: number, id: number): void => {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== EMPTY) at = (at + 1) & mask;
  slots[at] = id + 1;
};

export const shardOf = (hash: number): number => hash >>> 24;

/** FNV-1a with a final mix. The seed comes from the store's random UUID, so nobody can choose ids that collide. */
export const hashBytes = (bytes: Uint8Array, start: number, count: number, seed: number): number => {
  let hash = seed | 0;
  for (let i = start; i < start + count; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  hash = Math.imul(hash, 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
};
