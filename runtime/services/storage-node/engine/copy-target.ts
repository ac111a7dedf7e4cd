/**
 * A new superblock made of records that exist elsewhere: the output of a compaction, or the tail that a restart saves. Nothing points at it
 * before it is durable under its real name.
 */
import { MIB } from '../../../contract/units.ts';
import type { StoreContext } from './context.ts';
import { POSITION_UNIT } from './entry-table.ts';
import { encodeGroup } from './group.ts';
import { breathe } from './lane.ts';
import { SECTOR_BYTES, SHA256_BYTES, blockCountOf } from './layout.ts';
import { SHA256_OFFSET, blockCrcAt } from './record.ts';
import type { RecordDraft, RecordHeader } from './record.ts';
import type { Location } from './reader.ts';
import { encodeSealSector } from './superblock-header.ts';
import { U32List } from './u32-list.ts';
import { createSuperblock, writeFully } from './superblock.ts';
import type { NewSuperblock, Superblock } from './superblock.ts';

const GROUP_BYTES_MAX = MIB;
/** Index moves between two breaths. */
const MOVES_PER_SLICE = 8192;

export class CopyTarget {
  readonly #context: StoreContext;
  readonly #created: NewSuperblock;
  #drafts: RecordDraft[] = [];
  #origins: Location[] = [];
  #pendingBytes = 0;
  // Four numbers a record instead of an object: a full superblock holds millions.
  readonly #movedIds = new U32List();
  readonly #movedSlots = new U32List();
  readonly #fromUnits = new U32List();
  readonly #toUnits = new U32List();

  private constructor(context: StoreContext, created: NewSuperblock) {
    this.#context = context;
    this.#created = created;
  }

  static async create(context: StoreContext): Promise<CopyTarget> {
    const { disk, dir, uuid, superblocks } = context;
    return new CopyTarget(context, await createSuperblock(disk, dir, uuid, superblocks.nextGeneration()));
  }

  /** Takes a verified record over, with its sequence. */
  async add(origin: Location, bytes: Buffer, header: RecordHeader): Promise<void> {
    const payloadStart = header.headerBytes;
    this.#drafts.push({
      kind: header.kind,
      subjectKind: header.subjectKind,
      key: origin.key,
      sequence: header.sequence,
      payload: bytes.subarray(payloadStart, payloadStart + header.payloadBytes),
      blockCrcs: Array.from({ length: blockCountOf(header.payloadBytes) }, (_, block) => blockCrcAt(bytes, 0, header.keyBytes, block)),
      sha256: bytes.subarray(SHA256_OFFSET, SHA256_OFFSET + SHA256_BYTES),
    });
    this.#origins.push(origin);
    this.#pendingBytes += header.recordBytes;
    if (this.#pendingBytes >= GROUP_BYTES_MAX) await this.#writeGroup();
  }

  /** Makes the copy durable, then points the index at it. Until then nothing has changed for anyone. */
  async finish(): Promise<Superblock> {
    await this.#writeGroup();
    const { superblock } = this.#created;
    const { index, superblocks, space } = this.#context;
    const seal = { sealedUpTo: superblock.endBytes, lastGroup: superblock.lastGroup, nextSequence: this.#context.nextSequence };
    // Both seals may go before the sync: under its unfinished name nobody believes them.
    const seals = [2, 1].map((sealNumber) => encodeSealSector(superblock.identity, { ...seal, sealNumber }));
    await writeFully(superblock.file, seals, SECTOR_BYTES);
    await this.#created.publish();
    superblock.seal = { ...seal, sealNumber: 2 };
    superblocks.add(superblock);
    space.note(superblock.endBytes);
    const [ids, slots, from, to] = [this.#movedIds.items(), this.#movedSlots.items(), this.#fromUnits.items(), this.#toUnits.items()];
    for (let at = 0; at < ids.length; at++) {
      index.move(ids[at]!, slots[at]!, from[at]! * POSITION_UNIT, superblock.slot, to[at]! * POSITION_UNIT);
      if (at % MOVES_PER_SLICE === MOVES_PER_SLICE - 1) await breathe();
    }
    return superblock;
  }

  async discard(): Promise<void> {
    await this.#created.discard();
  }

  async #writeGroup(): Promise<void> {
    if (this.#drafts.length === 0) return;
    const { superblock } = this.#created;
    const group = superblock.lastGroup + 1;
    const { buffers, totalBytes, positions } = encodeGroup(this.#drafts, superblock.endBytes, group, superblock.crcSeed);
    await writeFully(superblock.file, buffers, superblock.endBytes);
    superblock.endBytes += totalBytes;
    superblock.dataEndBytes = superblock.endBytes;
    superblock.lastGroup = group;
    this.#drafts.forEach((draft, at) => {
      superblock.keyHashes.push(this.#context.index.hashOf(draft.subjectKind, draft.key, 0, draft.key.length));
      const origin = this.#origins[at]!;
      this.#movedIds.push(origin.id);
      this.#movedSlots.push(origin.superblock.slot);
      this.#fromUnits.push(origin.position / POSITION_UNIT);
      this.#toUnits.push(positions[at]! / POSITION_UNIT);
    });
    this.#drafts = [];
    this.#origins = [];
    this.#pendingBytes = 0;
  }
}
