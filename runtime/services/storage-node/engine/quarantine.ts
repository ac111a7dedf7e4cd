/** What is known to be damaged: records by key, and stretches of files of which no key can be told. */
import { kindNameOf } from './layout.ts';
import type { RecordIndex } from './record-index.ts';
import type { Superblock, SuperblockTable } from './superblock.ts';
import type { Damage, StoreEvent } from './types.ts';

/** A whole superblock whose header sectors are all unreadable. */
export interface LostSuperblock {
  superblockId: number;
  lengthBytes: number;
}

export class Quarantine {
  readonly #index: RecordIndex;
  readonly #superblocks: SuperblockTable;
  readonly #emit: (event: StoreEvent) => void;
  readonly #byEntry = new Map<number, Damage>();
  readonly lost: LostSuperblock[] = [];

  constructor(index: RecordIndex, superblocks: SuperblockTable, emit: (event: StoreEvent) => void) {
    this.#index = index;
    this.#superblocks = superblocks;
    this.#emit = emit;
    index.onHealed = (id) => this.#healed(id);
  }

  /** Marks an entry whose record failed verification. Marking it twice reports it once. */
  add(id: number, reason: string): void {
    if (this.#byEntry.has(id)) return;
    const { entries } = this.#index;
    const superblock = this.#superblocks.at(entries.slot(id));
    const damage: Damage = {
      key: this.#index.keyOf(id).toString('utf8'),
      kind: kindNameOf(entries.kind(id)),
      superblockId: superblock.identity.generation,
      positionBytes: entries.position(id),
      lengthBytes: this.#index.recordBytes(id),
      sha256: entries.sha256(id).toString('hex'),
      reason,
    };
    this.#byEntry.set(id, damage);
    this.#index.setQuarantined(id, true);
    superblock.hintStale = true;
    this.#emit({ kind: 'rot', damage });
  }

  addRegion(superblock: Superblock, positionBytes: number, lengthBytes: number, reason: string): void {
    if (superblock.damagedRegions.some((region) => region.positionBytes === positionBytes)) return;
    superblock.damagedRegions.push({ positionBytes, lengthBytes, reason });
    superblock.hintStale = true;
    this.#emit({ kind: 'rot', damage: { key: undefined, kind: undefined, superblockId: superblock.identity.generation, positionBytes, lengthBytes, reason } });
  }

  /** True while some damage could mean any key. */
  get hasUnknownKeys(): boolean {
    return this.lost.length > 0 || this.#superblocks.list().some((superblock) => superblock.damagedRegions.length > 0);
  }

  /** A superblock with damage is left as it is: rewriting it would destroy the evidence of what was there. */
  isTouched(superblock: Superblock): boolean {
    if (superblock.damagedRegions.length > 0) return true;
    for (const id of this.#byEntry.keys()) if (this.#index.entries.slot(id) === superblock.slot) return true;
    return false;
  }

  list(): Damage[] {
    const regions = this.#superblocks.list().flatMap((superblock) =>
      superblock.damagedRegions.map((region) => ({ key: undefined, kind: undefined, superblockId: superblock.identity.generation, ...region })),
    );
    const lost = this.lost.map(({ superblockId, lengthBytes }) => ({
      key: undefined, kind: undefined, superblockId, positionBytes: 0, lengthBytes, reason: 'no header sector can be read',
    }));
    return [...this.#byEntry.values(), ...regions, ...lost];
  }

  get count(): number {
    return this.#byEntry.size + this.lost.length + this.#superblocks.list().reduce((sum, superblock) => sum + superblock.damagedRegions.length, 0);
  }

  #healed(id: number): void {
    const damage = this.#byEntry.get(id);
    if (!damage) return;
    this.#byEntry.delete(id);
    this.#superblocks.at(this.#index.entries.slot(id)).hintStale = true;
    this.#emit({ kind: 'healed', damage });
  }
}
