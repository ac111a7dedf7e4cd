/** What the database remembers of a chunk's generations, in the words of the learner core. */
import type { PlacedValue, Value } from '../../contract/paxos.ts';
import type { Ledger, Row } from '../../core/chunkpaxos/learner.ts';
import { ABORT } from '../../core/chunkpaxos/value.ts';
import type { Database } from '../../platform/sqlite.ts';
import { getChunk, type Chunk } from './store/chunks.ts';
import { listGenerations, type Instance } from './store/grants.ts';
import { getManifestVersion } from './store/manifests.ts';

export const placedValueOf = (chunk: Chunk): PlacedValue => ({
  kind: 'PLACED',
  sha256: chunk.sha256,
  size_bytes: chunk.sizeBytes,
  fragment_sha256: chunk.fragmentSha256,
});

const rowOf = (db: Database, newest: Omit<Instance, 'grant' | 'issuedMs'>): Row | null => {
  if (newest.kind === 'manifest') {
    const version = getManifestVersion(db, newest.videoId, newest.sequenceNum);
    return version && version.chunkId === newest.chunkId ? { generation: version.generation, value: version.value } : null;
  }
  const chunk = getChunk(db, newest.chunkId);
  return chunk ? { generation: chunk.generation, value: placedValueOf(chunk) } : null;
};

/** EMPTY_LEDGER's fields for a chunk that was never granted. */
export const ledgerOf = (db: Database, chunkId: string): Ledger => {
  const instances = listGenerations(db, chunkId);
  const newest = instances.at(-1);
  if (!newest) return { issued: -1, closedThrough: -1, row: null, aborted: [] };
  const issued = newest.generation;
  const isNewestClosed = newest.state === 'closed' || newest.state === 'aborted';
  return {
    issued,
    closedThrough: isNewestClosed ? issued : issued - 1,
    row: rowOf(db, newest),
    aborted: instances.filter(({ state }) => state === 'aborted').map(({ generation }) => generation),
  };
};

/** What was decided there; null for an instance that was closed undecided, undefined while it is open. */
export const valueOf = (db: Database, instance: Instance): Value | null | undefined => {
  if (instance.state === 'open') return undefined;
  if (instance.state === 'closed') return null;
  if (instance.state === 'aborted') return ABORT;
  return rowOf(db, instance)?.value ?? null;
};
