/** Lays a group of records out as the buffers of one writev. */
import { headerBytesOf } from './layout.ts';
import { encodeFooter, encodeHeader, tailBytesOf } from './record.ts';
import type { RecordDraft } from './record.ts';

/** Copying a payload this small is cheaper than one more buffer in the writev. */
const COPY_BYTES_MAX = 16 * 1024;

export interface EncodedGroup {
  buffers: Uint8Array[];
  totalBytes: number;
  /** File offset of each record. */
  positions: number[];
}

export const encodeGroup = (drafts: readonly RecordDraft[], position: number, group: number, crcSeed: number): EncodedGroup => {
  const isCopied = (draft: RecordDraft): boolean => draft.payload.length <= COPY_BYTES_MAX;
  const arenaBytes = drafts.reduce((sum, draft) => {
    const framing = headerBytesOf(draft.key.length, draft.payload.length) + tailBytesOf(draft.payload.length);
    return sum + framing + (isCopied(draft) ? draft.payload.length : 0);
  }, 0);
  const arena = Buffer.alloc(arenaBytes);
  const buffers: Uint8Array[] = [];
  const positions: number[] = [];
  let runStart = 0;
  let at = 0;
  let totalBytes = 0;
  drafts.forEach((draft, indexInGroup) => {
    const headerBytes = headerBytesOf(draft.key.length, draft.payload.length);
    const place = { position: position + totalBytes, group, indexInGroup, recordsInGroup: drafts.length };
    const headerCrc = encodeHeader(arena.subarray(at, at + headerBytes), draft, place, crcSeed);
    at += headerBytes;
    if (isCopied(draft)) {
      arena.set(draft.payload, at);
      at += draft.payload.length;
    } else {
      buffers.push(arena.subarray(runStart, at), draft.payload);
      runStart = at;
    }
    const tailBytes = tailBytesOf(draft.payload.length);
    encodeFooter(arena.subarray(at, at + tailBytes), draft.sequence, group, headerCrc);
    at += tailBytes;
    positions.push(place.position);
    totalBytes += headerBytes + draft.payload.length + tailBytes;
  });
  buffers.push(arena.subarray(runStart, at));
  return { buffers, totalBytes, positions };
};
