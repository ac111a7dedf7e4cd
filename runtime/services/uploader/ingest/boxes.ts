/**
 * The boxes of ISO base media files (MP4, MOV), as far as ingest looks into them itself.
 *
 *   offset  width  field
 *   0       4      size in bytes of the whole box, big-endian; 1: a 64-bit size follows the type; 0: up to the end of the file
 *   4       4      type, four ASCII characters
 *   8       8      64-bit size, only if size is 1
 */
export interface Box {
  type: string;
  /** Offset of the box itself. */
  start: number;
  /** Offset of its content. */
  bodyStart: number;
  /** One past its last byte, as its header says; may lie beyond the data at hand. */
  end: number;
}

/** Enough for the largest header. */
export const BOX_HEADER_BYTES = 16;

/** Reads the header at `offset` of `data`; `endOfAll` is where a box without a size ends. Undefined when there is no box. */
export const readBox = (data: Uint8Array, offset: number, endOfAll: number): Box | undefined => {
  if (offset + 8 > data.length) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const type = String.fromCharCode(...data.subarray(offset + 4, offset + 8));
  const size = view.getUint32(offset);
  if (size === 0) return { type, start: offset, bodyStart: offset + 8, end: endOfAll };
  if (size !== 1) return size < 8 ? undefined : { type, start: offset, bodyStart: offset + 8, end: offset + size };
  if (offset + 16 > data.length) return undefined;
  const large = Number(view.getBigUint64(offset + 8));
  return large < 16 ? undefined : { type, start: offset, bodyStart: offset + 16, end: offset + large };
};

/** The boxes between `start` and `end`, one level deep. */
export function* boxesIn(data: Uint8Array, start = 0, end = data.length): Generator<Box> {
  for (let offset = start; offset < end; ) {
    const box = readBox(data, offset, end);
    if (!box || box.end > end) return;
    yield box;
    offset = box.end;
  }
}

/** Every box at the end of `path`, such as `['trak', 'mdia', 'mdhd']`. */
export function* boxesAt(data: Uint8Array, path: readonly string[], start = 0, end = data.length): Generator<Box> {
  for (const box of boxesIn(data, start, end)) {
    if (box.type !== path[0]) continue;
    if (path.length === 1) yield box;
    else yield* boxesAt(data, path.slice(1), box.bodyStart, box.end);
  }
}

/** Boxes that begin with version, flags, creation time and modification time. */
const DATED_BOXES = [['moov', 'mvhd'], ['moov', 'trak', 'tkhd'], ['moov', 'trak', 'mdia', 'mdhd']];

/**
 * Sets every creation and modification time to zero, in place. The muxer writes the current time there; without this the same file
 * would give other bytes, and so other hashes, when an upload is resumed.
 */
export const clearTimes = (initSegment: Uint8Array): void => {
  for (const path of DATED_BOXES) {
    for (const { bodyStart } of boxesAt(initSegment, path)) {
      const widthBytes = initSegment[bodyStart] === 1 ? 8 : 4;
      initSegment.fill(0, bodyStart + 4, bodyStart + 4 + 2 * widthBytes);
    }
  }
};
