/** GET /paxos and GET /chunks: everything the node holds, in pages. */
import { isChunkId } from '../../../contract/ids.ts';
import { ListingQuery, type AcceptorListing, type ChunkListing, type StoredChunk } from '../../../contract/wire/storage-node.ts';
import { acceptorStatus } from '../../../core/chunkpaxos/acceptor.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Call, Route } from '../../../platform/http/server.ts';
import type { ChunkBook } from '../acceptor/book.ts';
import { createKeyListing } from '../listing.ts';
import type { RecordKind, Store } from '../engine/types.ts';

export interface ListingRouteOptions {
  store: Store;
  book: ChunkBook;
  clock: Clock;
}

/** Sorted together and told apart by their first character. */
const KIND_MARKS: Record<'chunk' | 'fragment', string> = { chunk: 'c', fragment: 'f' };

function* keysOf(store: Store, kinds: readonly RecordKind[], mark: (kind: RecordKind, key: string) => string | undefined): Iterable<string> {
  for (const kind of kinds) {
    for (const key of store.keys(kind)) {
      const marked = mark(kind, key);
      if (marked !== undefined) yield marked;
    }
  }
}

export const listingRoutes = ({ store, book, clock }: ListingRouteOptions): { routes: Route[]; close(): void } => {
  // Damaged records are listed too: a rebuild must know that this store cannot speak for them.
  function* acceptorKeys(): Iterable<string> {
    yield* keysOf(store, ['acceptor'], (_, key) => (isChunkId(key) ? key : undefined));
    for (const { kind, key } of store.quarantined()) if (kind === 'acceptor' && key !== undefined && isChunkId(key)) yield key;
  }
  const acceptors = createKeyListing(acceptorKeys, clock);
  const chunks = createKeyListing(() => keysOf(store, ['chunk', 'fragment'], (kind, key) => `${key} ${KIND_MARKS[kind as 'chunk']}`), clock);

  const listAcceptors = async (call: Call): Promise<void> => {
    const { keys, next } = acceptors.page(call.queryAs(ListingQuery));
    const listing: AcceptorListing = { store_uuid: store.uuid, states: [], damaged: [], next };
    for (const chunkId of new Set(keys)) {
      const entry = book.peek(chunkId) ?? (await book.readFromLog(chunkId));
      if (entry.isDamaged) listing.damaged.push(chunkId);
      for (const state of entry.record.states.values()) listing.states.push(acceptorStatus({ state, storeUuid: store.uuid }));
    }
    call.reply(listing);
  };

  const describe = (marked: string): StoredChunk[] => {
    const key = marked.slice(0, -2);
    const kind = marked.endsWith(KIND_MARKS.fragment) ? 'fragment' : 'chunk';
    const stat = store.stat(kind, key);
    if (!stat) return [];
    const slash = key.indexOf('/');
    const chunkId = slash < 0 ? key : key.slice(0, slash);
    return [{ key, chunk_id: chunkId, sha256: stat.sha256, size_bytes: stat.sizeBytes, origin: slash < 0 ? 'put' : 'paxos', kind }];
  };

  return {
    routes: [
      { method: 'GET', path: '/paxos', handle: listAcceptors },
      {
        method: 'GET',
        path: '/chunks',
        handle(call) {
          const { keys, next } = chunks.page(call.queryAs(ListingQuery));
          const listing: ChunkListing = { store_uuid: store.uuid, chunks: keys.flatMap(describe), next };
          call.reply(listing);
        },
      },
    ],
    close() {
      acceptors.close();
      chunks.close();
    },
  };
};
