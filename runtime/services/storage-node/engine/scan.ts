/** Walks the records of a file and verifies every byte of them; after damage it searches for the next sound header. */
import type { DiskFile } from '../../../platform/disk/disk.ts';
import { MIB } from '../../../contract/units.ts';
import { BLOCK_BYTES, KEY_BYTES_MAX, PAYLOAD_BYTES_MAX, align8, headerBytesOf } from './layout.ts';
import { decodeHeader, findRecordDamage } from './record.ts';
import type { RecordHeader } from './record.ts';

export interface ScanVisitor {
  /**
   * A record with a sound header. `damage` tells what is wrong with the rest of it. `window[offset]` is the header's first byte; the
   * window is reused after the call.
   */
  record(window: Buffer, offset: number, header: RecordHeader, damage: string | undefined): void;
  /** A stretch without a sound header. */
  gap(positionBytes: number, lengthBytes: number): void;
}

const WINDOW_BYTES = 4 * MIB;
const HEADER_BYTES_MAX = headerBytesOf(KEY_BYTES_MAX, PAYLOAD_BYTES_MAX);
const MAGIC_BYTES = Buffer.from('VREC', 'latin1');

/** A view of the file that slides forward and grows to the longest record it meets. */
class Window {
  buffer: Buffer;
  /** File offset of the first byte. */
  start: number;
  end: number;
  readonly #file: DiskFile;
  readonly #to: number;

  constructor(file: DiskFile, from: number, to: number) {
    this.#file = file;
    this.start = from;
    this.end = from;
    this.#to = to;
    this.buffer = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, to - from));
  }

  /** The bytes read so far, from `start`. */
  get view(): Buffer {
    return this.buffer.subarray(0, this.end - this.start);
  }

  /** Makes sure that [position, position + bytes) is in the window, as far as the range goes. */
  async hold(position: number, bytes: number): Promise<void> {
    const wantedEnd = Math.min(position + bytes, this.#to);
    if (wantedEnd <= this.end) return;
    const kept = this.buffer.subarray(position - this.start, this.end - this.start);
    const target = bytes > this.buffer.length ? Buffer.allocUnsafeSlow(align8(bytes) + BLOCK_BYTES) : this.buffer;
    target.set(kept);
    this.buffer = target;
    this.start = position;
    this.end = position + kept.length;
    const readTo = Math.min(position + target.length, this.#to);
    const bytesRead = await this.#file.read([target.subarray(kept.length, readTo - position)], this.end);
    // Beyond the end of the file there is nothing; zeros are never a sound record.
    target.fill(0, kept.length + bytesRead, readTo - position);
    this.end = readTo;
  }
}

/** `from` is where a record begins. Bytes that the file lacks before `to` count as damaged. */
export const scanRecords = async (file: DiskFile, crcSeed: number, from: number, to: number, visitor: ScanVisitor): Promise<void> => {
  const window = new Window(file, from, to);
  let position = from;
  let gapStart: number | undefined;
  while (position < to) {
    await window.hold(position, HEADER_BYTES_MAX);
    const header = decodeHeader(window.view, position - window.start, position, crcSeed);
    if (!header) {
      gapStart ??= position;
      position = nextCandidate(window, position, to);
      continue;
    }
    if (gapStart !== undefined) {
      visitor.gap(gapStart, position - gapStart);
      gapStart = undefined;
    }
    const isWhole = position + header.recordBytes <= to;
    if (isWhole) await window.hold(position, header.recordBytes);
    const offset = position - window.start;
    const damage = isWhole ? findRecordDamage(window.view, offset, header) : 'the file ends within the record';
    visitor.record(window.view, offset, header, damage);
    // A length of which the header's CRC is sound can be trusted, also where the payload is damaged.
    position = Math.min(position + header.recordBytes, to);
  }
  if (gapStart !== undefined) visitor.gap(gapStart, to - gapStart);
};

/** The next place after `position` where a header could begin: records are aligned to 8 bytes and begin with the magic. */
const nextCandidate = (window: Window, position: number, to: number): number => {
  const view = window.view;
  let at = position + 8 - window.start;
  for (;;) {
    at = view.indexOf(MAGIC_BYTES, at);
    if (at === -1) break;
    if ((window.start + at) % 8 === 0) return window.start + at;
    at += 1;
  }
  // The last bytes of the window may hold the beginning of a magic.
  return Math.min(to, Math.max(position + 8, window.end - (window.end % 8)));
};
