/** From scanned records to index entries. */
import type { StoreContext } from './context.ts';
import { FLAG_TOMBSTONE } from './entry-table.ts';
import { KIND_SEAL, KIND_TOMBSTONE, RECORD_FIXED_BYTES, SHA256_BYTES } from './layout.ts';
import { SHA256_OFFSET } from './record.ts';
import type { RecordHeader } from './record.ts';
import { scanRecords } from './scan.ts';
import type { Superblock } from './superblock.ts';
import type { TailItem } from './tail.ts';

/** What a tail record said, kept while its fate is open. */
export interface ScannedRecord {
  kind: number;
  subjectKind: number;
  sequence: number;
  position: number;
  payloadBytes: number;
  key: Buffer;
  sha256: Buffer;
  hash: number;
}

export interface ScannedTail {
  superblock: Superblock;
  endBytes: number;
  items: TailItem[];
  /** By index in `items`. */
  records: Map<number, ScannedRecord>;
}

const flagsOf = (kind: number, subjectKind: number): number => (kind === KIND_TOMBSTONE ? subjectKind | FLAG_TOMBSTONE : subjectKind);

/** Returns the entry, or -1 when the index knows this record, or a newer one, from elsewhere. */
export const applyScanned = ({ index }: StoreContext, superblock: Superblock, scanned: ScannedRecord): number => {
  const { kind, subjectKind, sequence, position, payloadBytes, key, sha256, hash } = scanned;
  const known = index.find(subjectKind, key, 0, key.length, hash);
  if (known !== -1 && index.entries.sequence(known) >= sequence) return -1;
  const value = { sequence, slot: superblock.slot, position, payloadBytes, flags: flagsOf(kind, subjectKind) };
  return index.apply(key, 0, key.length, value, sha256, 0, hash);
};

/** Loads what lies below the seal. Damage there is rot: it was synced once. */
export const scanSealed = async (context: StoreContext, superblock: Superblock, from: number): Promise<void> => {
  const { index, quarantine } = context;
  const value = { sequence: 0, slot: superblock.slot, position: 0, payloadBytes: 0, flags: 0 };
  await scanRecords(superblock.file, superblock.crcSeed, from, superblock.seal.sealedUpTo, {
    record: (window, offset, header, damage) => {
      superblock.lastGroup = Math.max(superblock.lastGroup, header.group);
      context.nextSequence = Math.max(context.nextSequence, header.sequence + 1);
      if (header.kind === KIND_SEAL) return;
      const keyStart = offset + RECORD_FIXED_BYTES;
      const hash = index.hashOf(header.subjectKind, window, keyStart, header.keyBytes);
      superblock.keyHashes.push(hash);
      value.sequence = header.sequence;
      value.position = header.position;
      value.payloadBytes = header.payloadBytes;
      value.flags = flagsOf(header.kind, header.subjectKind);
      const id = index.apply(window, keyStart, header.keyBytes, value, window, offset + SHA256_OFFSET, hash);
      if (damage !== undefined && id !== -1) quarantine.add(id, damage);
    },
    gap: (positionBytes, lengthBytes) => quarantine.addRegion(superblock, positionBytes, lengthBytes, 'no record header can be read'),
  });
};

/** Collects what lies past the seal, without believing it yet. */
export const scanTail = async ({ index }: StoreContext, superblock: Superblock, endBytes: number): Promise<ScannedTail> => {
  const items: TailItem[] = [];
  const records = new Map<number, ScannedRecord>();
  await scanRecords(superblock.file, superblock.crcSeed, superblock.seal.sealedUpTo, endBytes, {
    record: (window, offset, header, damage) => {
      records.set(items.length, scannedOf(window, offset, header, (key) => index.hashOf(header.subjectKind, key, 0, key.length)));
      items.push({
        kind: 'record',
        positionBytes: header.position,
        lengthBytes: header.recordBytes,
        group: header.group,
        indexInGroup: header.indexInGroup,
        recordsInGroup: header.recordsInGroup,
        damage,
      });
    },
    gap: (positionBytes, lengthBytes) => items.push({ kind: 'gap', positionBytes, lengthBytes }),
  });
  return { superblock, endBytes, items, records };
};

const scannedOf = (window: Buffer, offset: number, header: RecordHeader, hashOf: (key: Buffer) => number): ScannedRecord => {
  const keyStart = offset + RECORD_FIXED_BYTES;
  const key = Buffer.from(window.subarray(keyStart, keyStart + header.keyBytes));
  return {
    kind: header.kind,
    subjectKind: header.subjectKind,
    sequence: header.sequence,
    position: header.position,
    payloadBytes: header.payloadBytes,
    key,
    sha256: Buffer.from(window.subarray(offset + SHA256_OFFSET, offset + SHA256_OFFSET + SHA256_BYTES)),
    hash: hashOf(key),
  };
};
