/**
 * The public face of a store: what the storage node's HTTP service builds on. docs/storage-format.md tells what lies beneath.
 */
import type { Sha256Hex, StoreUuid } from '../../../contract/ids.ts';
import type { Disk } from '../../../platform/disk/disk.ts';

/** The same key may exist once per kind; the newest write of a (kind, key) replaces the older ones. */
export type RecordKind = 'chunk' | 'fragment' | 'acceptor';

/** `bytes` must stay untouched until the commit has settled. `sha256` is computed when it is not given, and trusted when it is. */
export interface StorePut {
  kind: RecordKind;
  /** Opaque text, 1–300 bytes of UTF-8. */
  key: string;
  bytes: Uint8Array;
  sha256?: Sha256Hex;
}

export interface StoreDelete {
  kind: RecordKind;
  key: string;
  deleted: true;
}

export type StoreWrite = StorePut | StoreDelete;

/** Offsets within the payload; `end` is exclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface StoreStat {
  kind: RecordKind;
  key: string;
  sizeBytes: number;
  sha256: Sha256Hex;
  /** Number of the superblock file that holds the record (`X-Superblock-ID`). It changes when the record is compacted. */
  superblockId: number;
  /** Grows with every write to the store. */
  sequence: number;
}

/** Verified bytes in pooled memory. Whoever received it must `release` it, also after an error, or the pool runs dry. */
export interface StoreRead extends StoreStat {
  /** The range that was asked for, the whole payload by default. */
  start: number;
  end: number;
  /** The bytes of [start, end) in order. A piece must not be touched after its release. */
  pieces: readonly Uint8Array[];
  /** Gives one piece back early, as soon as it has left. */
  releasePiece(index: number): void;
  /** Gives back whatever is still held. Calling it again does nothing. */
  release(): void;
}

/** Damage that the store knows of. It stays listed, over restarts, until it is healed or acknowledged. */
export interface Damage {
  /** Unknown when the record's own header is damaged: then any key may be meant. */
  key: string | undefined;
  kind: RecordKind | undefined;
  superblockId: number;
  positionBytes: number;
  lengthBytes: number;
  /** What the payload was, when the record's key is known: only these bytes heal it. */
  sha256?: Sha256Hex;
  reason: string;
}

export interface StoreHealth {
  /** False for good once a write or a sync failed: restart the node. Reads go on. */
  writable: boolean;
  /** Why it is not writable. */
  failure: string | undefined;
  /** True while chunks and fragments are refused with `disk_full`; acceptor records and deletes still pass. */
  full: boolean;
  /** 0–100, of the capacity: ours / capacity. */
  diskUsagePercent: number;
  usedBytes: number;
  capacityBytes: number;
  liveBytes: number;
  /** Readable chunks and fragments. */
  chunkCount: number;
  recordCount: number;
  superblockCount: number;
  /** Damaged keys and regions, as `quarantined()` lists them. */
  damageCount: number;
  readErrorCount: number;
  indexBytes: number;
  bufferBytesInUse: number;
}

export type StoreEvent =
  | { kind: 'opened'; uuid: StoreUuid; recordCount: number; fullScans: number; tailBytes: number; durationMs: number }
  | { kind: 'torn-tail-cut'; superblockId: number; positionBytes: number; lengthBytes: number }
  | { kind: 'hint-ignored'; superblockId: number; reason: string }
  | { kind: 'header-healed'; superblockId: number; reason: string }
  | { kind: 'foreign-superblock'; path: string; reason: string }
  | { kind: 'rot'; damage: Damage }
  | { kind: 'healed'; damage: Damage }
  | { kind: 'read-error'; path: string; error: string }
  | { kind: 'write-failed'; error: string }
  | { kind: 'disk-full'; freeBytes: number; usedBytes: number; capacityBytes: number }
  | { kind: 'disk-has-room'; freeBytes: number; usedBytes: number; capacityBytes: number }
  | { kind: 'compacted'; superblockIds: number[]; into: number | undefined; freedBytes: number }
  | { kind: 'scrubbed'; recordCount: number; damageCount: number; durationMs: number }
  | { kind: 'maintenance-failed'; task: string; error: string };

/** Monotonic time and timers. */
export interface StoreClock {
  nowMs(): number;
  /** Calls back once after `delayMs` unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface StoreSettings {
  /** A superblock is closed once the next group would take it past this size. @default 1 GiB */
  superblockBytes: number;
  /** What this store may use on its disk; 0: what is free plus what is ours. @default 0 */
  capacityBytes: number;
  /** Chunks are refused above this share of the capacity. @default 95 */
  fullPercent: number;
  /** Chunks are refused while the file system has less than this free. @default 32 MiB */
  freeBytesMin: number;
  /** Really written bytes kept for acceptor records and deletes on a full disk. @default 4 MiB */
  acceptorReserveBytes: number;
  /** Really written bytes kept for one compaction output on a full disk. @default 32 MiB */
  compactionReserveBytes: number;
  /** Memory for reads, over all of them together. @default 64 MiB */
  readBufferBytesMax: number;
  /** A log without writes for this long is sealed. @default 20 */
  idleSealMs: number;
  /** A busy log is sealed after this many bytes, which bounds what a restart must copy. @default 16 MiB */
  sealBytesMax: number;
  /** A superblock is compacted when at least this share of it is garbage. @default 50 */
  garbagePercentMin: number;
  /** Pause between two looks for something to compact; 0 turns it off. @default 60 000 */
  compactionIntervalMs: number;
  /** Rate of the background scrub; 0 turns it off. @default 4 MiB/s */
  scrubBytesPerSecond: number;
  /** Pause between two full scrubs. @default 1 hour */
  scrubPauseMs: number;
}

export interface StoreOptions {
  disk: Disk;
  /** The store's own folder; created if missing. */
  dir: string;
  settings?: Partial<StoreSettings>;
  /** @default the process's monotonic clock and timers */
  clock?: StoreClock;
  /** Names a new store. @default 16 random bytes */
  newUuid?: () => StoreUuid;
  onEvent?: (event: StoreEvent) => void;
}

/**
 * An open store. Errors are VStackErrors: `not_found`, `corrupt` (quarantined or failing verification), `disk_full`, `read_only`
 * (writing has ended), `range_not_satisfiable`, `bad_request` (key or size out of bounds).
 */
export interface Store {
  /** Names the disk, not the process: 32 hex digits, kept for the life of the files. */
  readonly uuid: StoreUuid;

  /**
   * Writes several records as one: after a crash either all or none of them exist. Resolves when they are on stable storage and
   * visible to readers. Callers at the same time share one group and one sync. Two commits resolve in the order they were called.
   * Rejects with `disk_full` before anything is written if a chunk or fragment has no room, with `read_only` once writing has ended;
   * a commit that was rejected while its group was under way may still exist after a restart, as with any lost acknowledgement.
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;

  /** `commit` of one tombstone; resolves also when the key was unknown. */
  delete(kind: RecordKind, key: string): Promise<void>;

  /**
   * Reads and verifies a range before it resolves; waits while the read memory is used up. A record that fails is quarantined and
   * the read rejects with `corrupt`. Bytes are never returned unverified.
   */
  read(kind: RecordKind, key: string, range?: ByteRange): Promise<StoreRead>;

  /** The whole payload in memory of its own, for small records; undefined when the key is unknown. Rejects with `corrupt`. */
  readSmall(kind: RecordKind, key: string): Promise<Uint8Array | undefined>;

  /** From the index, without a read. Undefined when unknown, and when quarantined: ask `isQuarantined` for the difference. */
  stat(kind: RecordKind, key: string): StoreStat | undefined;

  isQuarantined(kind: RecordKind, key: string): boolean;

  /** Keys in no particular order, readable ones only. Keys written or deleted while iterating may or may not appear. */
  keys(kind: RecordKind, prefix?: string): IterableIterator<string>;

  quarantined(): Damage[];

  /** Forgets damage whose keys are unknown, once the owner has made sure that nothing is missing. */
  acknowledgeDamage(superblockId: number, positionBytes: number): Promise<void>;

  health(): StoreHealth;

  /** Writes a seal now rather than after the idle time. */
  seal(): Promise<void>;

  /** Compacts what is worth it (`all`: everything with any garbage). Resolves with the bytes given back to the disk. */
  compact(options?: { all?: boolean }): Promise<number>;

  /** Verifies every live record once, at full speed. Resolves with what it found damaged. */
  scrub(): Promise<Damage[]>;

  /** Finishes the writes under way, seals, writes hints, closes the files. Calls after it reject with `unavailable`. */
  close(): Promise<void>;
}
