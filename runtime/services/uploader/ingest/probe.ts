/**
 * A first look at a source, before a demuxer sees it: which container it is, whether its end is missing, whether it is encrypted. Demuxers
 * read a cut file as far as it goes and then stop without a word, so the cut has to be found here.
 */
import { VStackError } from '../../../contract/errors.ts';
import { MIB } from '../../../contract/units.ts';
import type { FileReader } from '../../../platform/files.ts';
import { BOX_HEADER_BYTES, boxesAt, readBox } from './boxes.ts';

export type Container = 'isobmff' | 'matroska' | 'mpeg-ts' | 'avi' | 'flv' | 'asf' | 'other';

const HEAD_BYTES = 4096;
/** A larger moov is a film of days; its encryption is then found by the demuxer instead. */
const MOOV_BYTES_MAX = 64 * MIB;
/** A file has a handful of top-level boxes, a fragmented one two per fragment. */
const BOX_COUNT_MAX = 1_000_000;
const TS_SYNC_BYTE = 0x47;
const MATROSKA_MAGIC = 0x1a45dfa3;
const MATROSKA_SEGMENT_ID = 0x18538067;
const TOP_LEVEL_BOXES = new Set(['ftyp', 'styp', 'moov', 'mdat', 'moof', 'free', 'skip', 'wide', 'sidx', 'uuid', 'meta', 'pnot', 'mfra', 'emsg', 'prft', 'udta']);

const ascii = (data: Uint8Array, from: number, to: number): string => String.fromCharCode(...data.subarray(from, to));

const truncated = (why: string): VStackError =>
  new VStackError('unsupported_media', `The video is truncated: ${why}. Copy or download the file again, completely.`, { details: { reason: 'truncated' } });

const identify = (head: Uint8Array): Container => {
  if (head.length >= 8 && TOP_LEVEL_BOXES.has(ascii(head, 4, 8))) return 'isobmff';
  if (head.length >= 4 && new DataView(head.buffer, head.byteOffset).getUint32(0) === MATROSKA_MAGIC) return 'matroska';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'AVI ') return 'avi';
  if (ascii(head, 0, 3) === 'FLV') return 'flv';
  if (head.length >= 4 && new DataView(head.buffer, head.byteOffset).getUint32(0) === 0x3026b275) return 'asf';
  for (const [first, packetBytes] of [[0, 188], [4, 192]] as const) {
    if (head[first] === TS_SYNC_BYTE && head[first + packetBytes] === TS_SYNC_BYTE && head[first + 2 * packetBytes] === TS_SYNC_BYTE) return 'mpeg-ts';
  }
  return 'other';
};

/** Sample entries `encv` and `enca` say that the samples behind them are encrypted. */
const isEncrypted = (moov: Uint8Array): boolean => {
  for (const stsd of boxesAt(moov, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'])) {
    const entry = ascii(moov, stsd.bodyStart + 12, stsd.bodyStart + 16);
    if (entry === 'encv' || entry === 'enca') return true;
  }
  return false;
};

const checkIsobmff = async (reader: FileReader): Promise<void> => {
  let hasMoov = false;
  let hasMedia = false;
  let offset = 0;
  for (let count = 0; offset < reader.sizeBytes && count < BOX_COUNT_MAX; count += 1) {
    const header = await reader.read(offset, offset + BOX_HEADER_BYTES);
    const box = readBox(header, 0, reader.sizeBytes - offset);
    if (!box || !/^[\x20-\x7e\xa9]{4}$/.test(box.type)) {
      // Some writers leave a few bytes of padding behind the last box.
      if (hasMoov && hasMedia) return;
      throw truncated(`what stands at byte ${offset} is no box of an MP4 file`);
    }
    if (offset + box.end > reader.sizeBytes) {
      throw truncated(`its "${box.type}" box should reach byte ${offset + box.end}, but the file ends at ${reader.sizeBytes}`);
    }
    if (box.type === 'mdat' || box.type === 'moof') hasMedia = true;
    if (box.type === 'moov') {
      hasMoov = true;
      if (box.end <= MOOV_BYTES_MAX && isEncrypted(await reader.read(offset, offset + box.end))) {
        throw new VStackError('unsupported_media', 'The video is encrypted (DRM), so nobody could play it from here. Upload a copy without encryption.', {
          details: { reason: 'encrypted' },
        });
      }
    }
    offset += box.end;
  }
  if (!hasMoov) throw truncated('its index (the "moov" box) is missing');
};

/** An EBML number: the leading zero bits of the first byte tell its length. Undefined when its value is "unknown". */
const readEbmlSize = (data: Uint8Array, offset: number): { value: number | undefined; widthBytes: number } => {
  const first = data[offset] ?? 0;
  const widthBytes = Math.clz32(first) - 23;
  let value = first & ((1 << (8 - widthBytes)) - 1);
  let isUnknown = value === (1 << (8 - widthBytes)) - 1;
  for (let index = 1; index < widthBytes; index += 1) {
    const byte = data[offset + index] ?? 0;
    value = value * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { value: isUnknown ? undefined : value, widthBytes };
};

const checkMatroska = (head: Uint8Array, sizeBytes: number): void => {
  const header = readEbmlSize(head, 4);
  const segmentStart = 4 + header.widthBytes + (header.value ?? 0);
  if (segmentStart + 12 > head.length) return;
  if (new DataView(head.buffer, head.byteOffset).getUint32(segmentStart) !== MATROSKA_SEGMENT_ID) return;
  const segment = readEbmlSize(head, segmentStart + 4);
  if (segment.value === undefined) return; // Written live: only the playing time can tell whether something is missing.
  const end = segmentStart + 4 + segment.widthBytes + segment.value;
  if (end > sizeBytes) throw truncated(`it should have ${end} bytes, but the file ends at ${sizeBytes}`);
};

const checkTransportStream = (head: Uint8Array, sizeBytes: number): void => {
  const packetBytes = head[0] === TS_SYNC_BYTE && head[188] === TS_SYNC_BYTE ? 188 : 192;
  if (sizeBytes % packetBytes !== 0) throw truncated(`its last packet has ${sizeBytes % packetBytes} of ${packetBytes} bytes`);
};

/**
 * Throws `unsupported_media` with `details.reason` `empty`, `truncated` or `encrypted`. What is unknown passes as `other`: whether it is a
 * video is for demuxers to say.
 */
export const probeSource = async (reader: FileReader): Promise<Container> => {
  if (reader.sizeBytes === 0) {
    throw new VStackError('unsupported_media', 'The file is empty (0 bytes). Choose a file that holds a video.', { details: { reason: 'empty' } });
  }
  const head = await reader.read(0, HEAD_BYTES);
  const container = identify(head);
  if (container === 'isobmff') await checkIsobmff(reader);
  if (container === 'matroska') checkMatroska(head, reader.sizeBytes);
  if (container === 'mpeg-ts') checkTransportStream(head, reader.sizeBytes);
  return container;
};
