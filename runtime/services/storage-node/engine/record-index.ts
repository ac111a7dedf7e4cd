/**
 * Where the newest record of every (kind, key) lies: about 95 bytes a record all told, key and SHA-256 included. Deleted keys stay as
 * tombstone entries until no older copy can come back.
 */
import { VStackError } from '../../../contract/errors.ts';
import { EntryTable, FLAG_QUARANTINED, FLAG_TOMBSTONE, FLAG_USED, type EntryValue } from './entry-table.ts';
import { HashShards, hashBytes } from './hash-shards.ts';
import { KeyArena } from './key-arena.ts';
import { KEY_BYTES_MAX, KIND_ACCEPTOR, recordBytesOf } from './layout.ts';

/** What of a superblock the index still points at. */
export interface SlotUsage {
  liveBytes: number;
  tombstoneBytes: number;
  recordCount: number;
}

const UTF8_BYTES_PER_UNIT_MAX = 3;
const KIND_BITS = 0b111;

export class RecordIndex {
  readonly entries = new EntryTable();
  readonly #keys = new KeyArena();
  readonly #shards = new HashShards((id) => this.entries.hash(id));
  readonly #usage: SlotUsage[] = [];
  readonly #scratch = Buffer.alloc(KEY_BYTES_MAX * UTF8_BYTES_PER_UNIT_MAX);
  readonly #seed: number;
  /** Called with entries that no longer count: replaced or removed while quarantined. */
  onHealed: (id: number) => void = () => undefined;
  /** Readable chunks and fragments. */
  chunkCount = 0;
  /** Readable records of every kind. */
  recordCount = 0;
  #probeKey: Uint8Array = this.#scratch;
  #probeStart = 0;
  #probeBytes = 0;
  #probeKind = 0;

  constructor(uuid: string) {
    this.#seed = Number.parseInt(uuid.slice(0, 8), 16);
  }

  get bytes(): number {
    return this.entries.bytes + this.#keys.bytes + this.#shards.bytes;
  }

  usageOf(slot: number): SlotUsage {
    return (this.#usage[slot] ??= { liveBytes: 0, tombstoneBytes: 0, recordCount: 0 });
  }

  hashOf(kind: number, key: Uint8Array, start: number, keyBytes: number): number {
    return hashBytes(key, start, keyBytes, Math.imul(this.#seed, kind * 2 + 1));
  }

  /** The entry of a key, tombstones and quarantined ones included, or -1. */
  locate(kind: number, key: string): number {
    if (key.length > KEY_BYTES_MAX) return -1;
    const keyBytes = this.#scratch.write(key, 0, 'utf8');
    return this.find(kind, this.#scratch, 0, keyBytes, this.hashOf(kind, this.#scratch, 0, keyBytes));
  }

  find(kind: number, key: Uint8Array, start: number, keyBytes: number, hash: number): number {
    // The probe lies in fields instead of a closure: this runs a million times while a store opens.
    this.#probeKind = kind;
    this.#probeKey = key;
    this.#probeStart = start;
    this.#probeBytes = keyBytes;
    return this.#shards.find(hash, this.#matches);
  }

  /**
   * Records what the log says about a key. The highest sequence wins, whatever the order of the calls; of two copies of one record the
   * later call wins. Returns the entry, or -1 when the index knows something newer.
   */
  apply(key: Uint8Array, start: number, keyBytes: number, value: EntryValue, shaSource: Uint8Array, shaStart: number, knownHash?: number): number {
    const kind = value.flags & KIND_BITS;
    const hash = knownHash ?? this.hashOf(kind, key, start, keyBytes);
    let id = this.find(kind, key, start, keyBytes, hash);
    if (id >= 0) {
      if (this.entries.sequence(id) > value.sequence) return -1;
      this.#count(id, -1);
      if (this.entries.has(id, FLAG_QUARANTINED)) this.onHealed(id);
    } else {
      id = this.entries.add(hash, this.#keys.add(key, start, keyBytes), keyBytes);
      this.#shards.insertMissed(hash, id);
    }
    this.entries.set(id, value, shaSource, shaStart);
    this.#count(id, 1);
    return id;
  }

  /** Prepares for this many new keys. */
  reserve(count: number): void {
    this.#shards.reserve(count);
  }

  /** Points the entry at a copy of its record, unless a newer record has come meanwhile. */
  move(id: number, fromSlot: number, fromPosition: number, toSlot: number, toPosition: number): boolean {
    const { entries } = this;
    if (!entries.has(id, FLAG_USED) || entries.slot(id) !== fromSlot || entries.position(id) !== fromPosition) return false;
    this.#count(id, -1);
    entries.move(id, toSlot, toPosition);
    this.#count(id, 1);
    return true;
  }

  remove(id: number): void {
    this.#count(id, -1);
    if (this.entries.has(id, FLAG_QUARANTINED)) this.onHealed(id);
    this.#shards.remove(this.entries.hash(id), id);
    this.#keys.free(this.entries.keyAddress(id), this.entries.keyBytes(id));
    this.entries.remove(id);
  }

  setQuarantined(id: number, on: boolean): void {
    this.#count(id, -1);
    this.entries.setFlag(id, FLAG_QUARANTINED, on);
    this.#count(id, 1);
  }

  /** Readable: neither deleted nor quarantined. */
  isReadable(id: number): boolean {
    return (this.entries.flags(id) & (FLAG_USED | FLAG_TOMBSTONE | FLAG_QUARANTINED)) === FLAG_USED;
  }

  /** A view of the key's bytes, valid until the next change. */
  keyOf(id: number): Buffer {
    return this.#keys.bytesAt(this.entries.keyAddress(id), this.entries.keyBytes(id));
  }

  recordBytes(id: number): number {
    const payloadBytes = this.entries.has(id, FLAG_TOMBSTONE) ? 0 : this.entries.payloadBytes(id);
    return recordBytesOf(this.entries.keyBytes(id), payloadBytes);
  }

  readonly #matches = (id: number): boolean =>
    this.entries.keyBytes(id) === this.#probeBytes &&
    this.entries.kind(id) === this.#probeKind &&
    this.#keys.equals(this.entries.keyAddress(id), this.#probeBytes, this.#probeKey, this.#probeStart);

  #count(id: number, sign: 1 | -1): void {
    const flags = this.entries.flags(id);
    const isTombstone = (flags & FLAG_TOMBSTONE) !== 0;
    const usage = this.usageOf(this.entries.slot(id));
    const bytes = sign * recordBytesOf(this.entries.keyBytes(id), isTombstone ? 0 : this.entries.payloadBytes(id));
    usage.liveBytes += bytes;
    usage.recordCount += sign;
    if (isTombstone) usage.tombstoneBytes += bytes;
    if (isTombstone || (flags & FLAG_QUARANTINED) !== 0) return;
    this.recordCount += sign;
    if ((flags & KIND_BITS) !== KIND_ACCEPTOR) this.chunkCount += sign;
  }
}

/** The bytes of a key, refused when it is empty or longer than the format can hold. */
export const validateKey = (key: string): Buffer => {
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length >= 1 && bytes.length <= KEY_BYTES_MAX) return bytes;
  throw new VStackError('bad_request', `A store key has 1–${KEY_BYTES_MAX} bytes of UTF-8, this one has ${bytes.length}. Choose a shorter id.`);
};
