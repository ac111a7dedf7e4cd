/** The things schedules are about, made once: values, grants and names are never changed, so every schedule shares them. */
import type { Grant, GrantStore, Piece, PlacedValue } from '../../contract/paxos.ts';
import { SHAPES } from './options.ts';

export const CHUNK_ID = 'vid-000000000000-chunk-000';
export const GENERATIONS_MAX = 4;
export const PROPOSERS_MAX = 12;
export const STORES_MAX = 5;

const hex = (length: number, ...words: number[]): string => words.map((word) => word.toString(16)).join('').padStart(length, '0');

/** A proposer's name by its serial number in the schedule. Ballots of equal rounds compare by it. */
export const PROPOSER_IDS: readonly string[] = Array.from({ length: PROPOSERS_MAX }, (_, serial) => `p${String(serial).padStart(2, '0')}`);

export const storeUuid = (index: number, wipes = 0): string => hex(32, 0xa0 + wipes, index);

/** A store that no grant names. */
export const FOREIGN_UUID = 'f'.repeat(32);

/** The value that the uploader with this serial number brings, by shape. */
export const VALUES: readonly (readonly PlacedValue[])[] = SHAPES.map(({ k, m }) =>
  Array.from({ length: PROPOSERS_MAX }, (_, serial) => ({
    kind: 'PLACED' as const,
    sha256: hex(64, 0xc0, serial),
    size_bytes: 1000 + serial,
    fragment_sha256: k > 1 ? Array.from({ length: k + m }, (_, index) => hex(64, 0xd0, serial, index)) : [],
  })),
);

/** Bytes that belong to no value: they only take room. */
export const LITTER: readonly Piece[] = Array.from({ length: 6 }, (_, index) => ({ index: 0, sha256: hex(64, 0xe0, index) }));

const ORIGINAL_STORES: readonly (readonly GrantStore[])[] = SHAPES.map(({ k, m }) =>
  Array.from({ length: k + m }, (_, index) => ({ node_id: `node-${index}`, store_uuid: storeUuid(index) })),
);

const cache = new Map<number, Grant>();

/** The grant of one generation; `uuids` differ from the original stores only after a disk was replaced. */
export const grantOf = (shape: number, generation: number, ownerSerial: number, uuids: readonly string[], wipesTotal: number): Grant => {
  const key = (shape * GENERATIONS_MAX + generation) * PROPOSERS_MAX + ownerSerial;
  const known = wipesTotal === 0 ? cache.get(key) : undefined;
  if (known) return known;
  const { k, m } = SHAPES[shape]!;
  const grant: Grant = {
    incarnation: 'sim',
    chunk_id: CHUNK_ID,
    generation,
    stores: wipesTotal === 0 ? [...ORIGINAL_STORES[shape]!] : uuids.map((uuid, index) => ({ node_id: `node-${index}`, store_uuid: uuid })),
    k,
    m,
    owner_id: PROPOSER_IDS[ownerSerial]!,
    grant_seq: generation,
    not_after: 0,
    mac: '',
  };
  if (wipesTotal === 0) cache.set(key, grant);
  return grant;
};
