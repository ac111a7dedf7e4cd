/**
 * Room that is taken before it is needed: a file of really written bytes, shortened when the disk is full and something must still be
 * written. Random bytes, because a file system that compresses or keeps holes would reserve nothing for zeros.
 */
import { MIB } from '../../../contract/units.ts';
import { randomHex } from '../../../platform/crypto.ts';
import type { Disk, DiskFile } from '../../../platform/disk/disk.ts';
import { breathe } from './lane.ts';
import { writeFully } from './superblock.ts';

const STEP_BYTES = MIB;

export class Reserve {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #name: string;
  readonly #targetBytes: number;
  #file: DiskFile | undefined;
  bytes = 0;

  constructor(disk: Disk, dir: string, name: string, targetBytes: number) {
    this.#disk = disk;
    this.#dir = dir;
    this.#name = name;
    this.#targetBytes = Math.floor(targetBytes);
  }

  get missingBytes(): number {
    return Math.max(0, this.#targetBytes - this.bytes);
  }

  /** Finds what an earlier run has set aside. */
  async open(names: readonly string[]): Promise<void> {
    if (!names.includes(this.#name)) return;
    this.#file = await this.#disk.open(`${this.#dir}/${this.#name}`, 'readWrite');
    this.bytes = await this.#file.sizeBytes();
  }

  /** Fills the file up step by step, as long as `mayGrow` says so. */
  async fill(mayGrow: () => boolean): Promise<void> {
    if (this.missingBytes === 0) return;
    if (!this.#file) {
      this.#file = await this.#disk.create(`${this.#dir}/${this.#name}`);
      await this.#disk.syncDirectory(this.#dir);
    }
    while (this.missingBytes > 0 && mayGrow()) {
      const stepBytes = Math.min(STEP_BYTES, this.missingBytes);
      await writeFully(this.#file, [incompressible(stepBytes)], this.bytes);
      this.bytes += stepBytes;
      // Small syncs, so that no group of records ever waits behind a large one.
      await this.#file.sync();
      await breathe();
    }
  }

  /** Gives back at least `bytes`, or all there is. Returns what was given back. */
  async release(bytes: number): Promise<number> {
    if (!this.#file || this.bytes === 0) return 0;
    const releasedBytes = Math.min(this.bytes, Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    await this.#file.truncate(this.bytes - releasedBytes);
    this.bytes -= releasedBytes;
    // A journal may free the blocks only when it commits.
    await this.#file.sync();
    return releasedBytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Every 4 KiB differ from each other, so that neither compression nor deduplication can give the room away. */
const incompressible = (bytes: number): Buffer => {
  const block = Buffer.alloc(bytes);
  let state = Number.parseInt(randomHex(4), 16) | 1;
  for (let at = 0; at + 4 <= bytes; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block.writeInt32LE(state, at);
  }
  return block;
};
