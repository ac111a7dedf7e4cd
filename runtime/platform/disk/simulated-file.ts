/** The bytes of one simulated file: what programs see, what a power cut leaves, and the changes between the two. */
import type { Random } from '../random.ts';

/** Disks write sectors; within one power cut each unsynced sector may or may not have arrived. */
const SECTOR_BYTES = 512;

/** One unsynced sector in this many is torn in its middle, which no disk promises to avoid. */
const TORN_SECTOR_ONE_IN = 16;

type Change = { kind: 'write'; position: number; bytes: Uint8Array } | { kind: 'truncate'; sizeBytes: number };

class Image {
  bytes = new Uint8Array(0);
  sizeBytes = 0;

  apply(change: Change): void {
    if (change.kind === 'truncate') {
      this.resize(change.sizeBytes);
      return;
    }
    this.resize(Math.max(this.sizeBytes, change.position + change.bytes.length));
    this.bytes.set(change.bytes, change.position);
  }

  resize(sizeBytes: number): void {
    if (sizeBytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(sizeBytes, this.bytes.length * 2, 4096));
      grown.set(this.bytes.subarray(0, this.sizeBytes));
      this.bytes = grown;
    }
    if (sizeBytes < this.sizeBytes) this.bytes.fill(0, sizeBytes, this.sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  copy(): Image {
    const image = new Image();
    image.bytes = this.bytes.slice(0, this.sizeBytes);
    image.sizeBytes = this.sizeBytes;
    return image;
  }
}

export class SimulatedFileData {
  readonly #cached = new Image();
  #durable = new Image();
  #unsynced: Change[] = [];
  #settledCount = 0;
  #hasLost = false;

  get sizeBytes(): number {
    return this.#cached.sizeBytes;
  }

  /** Whether a power cut would show: something is unsynced, or visible though it was lost. */
  get isAheadOfDisk(): boolean {
    return this.#unsynced.length > 0 || this.#hasLost;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.#cached.sizeBytes - position));
    into.set(this.#cached.bytes.subarray(position, position + count));
    return count;
  }

  change(change: Change): void {
    this.#cached.apply(change);
    this.#unsynced.push(change);
  }

  /** Counts every change ever made, so that a sync covers what came before it and no more. */
  get changeCount(): number {
    return this.#settledCount + this.#unsynced.length;
  }

  /** Makes the changes up to the `covered`-th durable. */
  sync(covered: number): void {
    const settled = this.#unsynced.splice(0, Math.max(0, covered - this.#settledCount));
    this.#settledCount += settled.length;
    for (const change of settled) this.#durable.apply(change);
  }

  /** What a failed fsync does on Linux: the pages count as clean, stay visible for a while, and never reach the disk. */
  loseUnsynced(): void {
    this.#settledCount += this.#unsynced.length;
    this.#hasLost ||= this.#unsynced.length > 0;
    this.#unsynced = [];
  }

  /** Changes bytes beneath everyone's feet, durably: rot. */
  rot(position: number, change: (byte: number) => number): void {
    for (const image of [this.#cached, this.#durable]) {
      if (position < image.sizeBytes) image.bytes[position] = change(image.bytes[position]!);
    }
  }

  /**
   * Each unsynced sector is left as it was after some prefix of the changes, independently of the others, as a cache writes back
   * when it likes; the size likewise. Some sectors are torn between two such states.
   */
  cutPower(random: Random): void {
    const states = [this.#durable];
    for (const change of this.#unsynced) {
      const next = states.at(-1)!.copy();
      next.apply(change);
      states.push(next);
    }
    const pick = (): Image => states[Math.floor(random() * states.length)]!;
    const survivor = new Image();
    survivor.resize(pick().sizeBytes);
    for (let start = 0; start < survivor.sizeBytes; start += SECTOR_BYTES) {
      const end = Math.min(start + SECTOR_BYTES, survivor.sizeBytes);
      const sector = pick();
      survivor.bytes.set(sector.bytes.subarray(start, Math.min(end, sector.bytes.length)), start);
      if (Math.floor(random() * TORN_SECTOR_ONE_IN) !== 0) continue;
      const middle = start + Math.floor(random() * (end - start));
      const other = pick();
      survivor.bytes.fill(0, middle, end);
      if (middle < other.bytes.length) survivor.bytes.set(other.bytes.subarray(middle, Math.min(end, other.bytes.length)), middle);
    }
    this.#durable = survivor;
    this.#settledCount += this.#unsynced.length;
    this.#unsynced = [];
    this.#hasLost = false;
    this.#cached.bytes = survivor.bytes.slice();
    this.#cached.sizeBytes = survivor.sizeBytes;
  }
}
