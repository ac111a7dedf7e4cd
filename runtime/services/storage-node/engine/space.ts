/** How full the store is, and whether a chunk may still come in. */
import { VStackError } from '../../../contract/errors.ts';
import { MIB, SECOND_MS } from '../../../contract/units.ts';
import type { Disk } from '../../../platform/disk/disk.ts';
import { Reserve } from './reserve.ts';
import type { StoreClock, StoreEvent, StoreSettings } from './types.ts';

/** The file system is asked again after this time or this many bytes, whichever comes first. */
const MEASURE_AGE_MS_MAX = SECOND_MS;
const MEASURE_BYTES_MAX = 16 * MIB;

/** A small capacity must not be eaten up by what is set aside for its end. */
const RESERVE_SHARE_MAX = 1 / 16;

export class SpaceKeeper {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #settings: StoreSettings;
  readonly #clock: StoreClock;
  readonly #emit: (event: StoreEvent) => void;
  readonly acceptorReserve: Reserve;
  readonly compactionReserve: Reserve;
  /** Bytes in superblocks. */
  superblockBytes = 0;
  #freeBytes = 0;
  #measuredAtMs = -Infinity;
  #writtenSince = 0;
  #isFull = false;
  /** The disk itself said so; holds until a measurement finds room. */
  #ranOut = false;

  constructor(disk: Disk, dir: string, settings: StoreSettings, clock: StoreClock, emit: (event: StoreEvent) => void) {
    this.#disk = disk;
    this.#dir = dir;
    this.#settings = settings;
    this.#clock = clock;
    this.#emit = emit;
    const limited = (bytes: number): number => (settings.capacityBytes ? Math.min(bytes, settings.capacityBytes * RESERVE_SHARE_MAX) : bytes);
    this.acceptorReserve = new Reserve(disk, dir, 'reserve.acceptor', limited(settings.acceptorReserveBytes));
    this.compactionReserve = new Reserve(disk, dir, 'reserve.compaction', limited(settings.compactionReserveBytes));
  }

  get usedBytes(): number {
    return this.superblockBytes + this.acceptorReserve.bytes + this.compactionReserve.bytes;
  }
  get capacityBytes(): number {
    return this.#settings.capacityBytes || this.usedBytes + this.#freeBytes;
  }
  get usagePercent(): number {
    return this.capacityBytes === 0 ? 100 : Math.min(100, (100 * this.usedBytes) / this.capacityBytes);
  }
  get freeBytes(): number {
    return this.#freeBytes;
  }
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Refuses what would not fit, before anything is written. */
  admit(bytes: number): void {
    if (!this.#isFull && !this.#wouldOverflow(bytes)) return;
    throw new VStackError(
      'disk_full',
      `The store uses ${this.usedBytes} of ${this.capacityBytes} bytes and its disk has ${this.#freeBytes} left; ${bytes} more do not fit. ` +
        'Delete videos, give the store a larger capacity, or add a node.',
    );
  }

  /** Superblocks grew (or shrank) by this much. */
  note(bytes: number): void {
    this.superblockBytes += bytes;
    this.#freeBytes = Math.max(0, this.#freeBytes - bytes);
    this.#writtenSince += Math.abs(bytes);
    this.#judge();
  }

  noteOutOfSpace(): void {
    this.#ranOut = true;
    this.#freeBytes = 0;
    this.#measuredAtMs = this.#clock.nowMs();
    this.#judge();
  }

  async measureIfOld(): Promise<void> {
    const isFresh = this.#clock.nowMs() - this.#measuredAtMs < MEASURE_AGE_MS_MAX && this.#writtenSince < MEASURE_BYTES_MAX;
    if (!isFresh) await this.measure();
  }

  async measure(): Promise<void> {
    this.#measuredAtMs = this.#clock.nowMs();
    this.#writtenSince = 0;
    const { freeBytes } = await this.#disk.freeSpace(this.#dir);
    this.#freeBytes = freeBytes;
    if (freeBytes > this.#settings.freeBytesMin) this.#ranOut = false;
    this.#judge();
  }

  /** Sets room aside, as far as the disk can spare it. */
  async fillReserves(): Promise<void> {
    await this.measure();
    for (const reserve of [this.acceptorReserve, this.compactionReserve]) {
      const bytesBefore = reserve.bytes;
      const spareBytes = this.#freeBytes - this.#settings.freeBytesMin;
      await reserve.fill(() => reserve.bytes - bytesBefore < spareBytes);
      this.#freeBytes = Math.max(0, this.#freeBytes - (reserve.bytes - bytesBefore));
    }
  }

  async close(): Promise<void> {
    await this.acceptorReserve.close();
    await this.compactionReserve.close();
  }

  #wouldOverflow(comingBytes: number): boolean {
    const overCapacity = this.usedBytes + comingBytes > (this.capacityBytes * this.#settings.fullPercent) / 100;
    return this.#ranOut || overCapacity || this.#freeBytes - comingBytes < this.#settings.freeBytesMin;
  }

  #judge(): void {
    if (this.#measuredAtMs === -Infinity) return;
    const isFull = this.#wouldOverflow(0);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const { freeBytes, usedBytes, capacityBytes } = this;
    this.#emit({ kind: isFull ? 'disk-full' : 'disk-has-room', freeBytes, usedBytes, capacityBytes });
  }
}
