/**
 * A frame is one request body that carries a JSON header and raw bytes:
 *
 *   offset  width  field
 *   0       4      header length h in bytes, unsigned, big-endian, 2 … FRAME_HEADER_BYTES_MAX
 *   4       h      header, JSON in ASCII (anything beyond ASCII is escaped as \uXXXX)
 *   4 + h   rest   the raw bytes that the header's piece names; none when it names none
 *
 * The header is ASCII so that no text encoder, which this layer does not have, is needed on either side.
 */
import { VStackError } from './errors.ts';
import { KIB } from './units.ts';

export const FRAME_LENGTH_BYTES = 4;

/** A grant of 16 stores and a value of 16 fragments fill about 4 KiB. */
export const FRAME_HEADER_BYTES_MAX = 16 * KIB;

/** The start of a frame: length and header, to be followed by the raw bytes. */
export const encodeFrameStart = (header: object): Uint8Array<ArrayBuffer> => {
  const text = JSON.stringify(header).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (text.length > FRAME_HEADER_BYTES_MAX) throw badFrame(`its header has ${text.length} bytes, the limit is ${FRAME_HEADER_BYTES_MAX}`);
  const bytes = new Uint8Array(FRAME_LENGTH_BYTES + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length);
  for (let index = 0; index < text.length; index += 1) bytes[FRAME_LENGTH_BYTES + index] = text.charCodeAt(index);
  return bytes;
};

/** The header's length in bytes, told by a frame's first four bytes. Throws `bad_request` when it cannot be true. */
export const frameHeaderBytes = (start: Uint8Array): number => {
  if (start.length < FRAME_LENGTH_BYTES) throw badFrame(`it has ${start.length} bytes, too few for the header's length`);
  const length = new DataView(start.buffer, start.byteOffset, FRAME_LENGTH_BYTES).getUint32(0);
  if (length < 2 || length > FRAME_HEADER_BYTES_MAX) throw badFrame(`it announces a header of ${length} bytes`);
  return length;
};

/** The header itself, not yet checked by a schema. `bytes` are exactly the header's. Throws `bad_request` when it is no ASCII JSON. */
export const decodeFrameHeader = (bytes: Uint8Array): unknown => {
  // One call for all: at most FRAME_HEADER_BYTES_MAX arguments, and many times faster than character by character.
  const text = String.fromCharCode(...bytes);
  if (/[^\0-\x7e]/.test(text)) throw badFrame('its header is not ASCII');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badFrame('its header is not JSON', cause);
  }
};

const badFrame = (why: string, cause?: unknown): VStackError =>
  new VStackError('bad_request', `Expected a frame (u32 header length, JSON header, bytes), but ${why}. See docs/chunkpaxos.md.`, { cause });
