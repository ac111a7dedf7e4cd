import { expect, it } from 'vitest';
import type { PaxosTransport } from '../../../../runtime/client/paxos/transport.ts';
import type { AcceptHeader, Grant, GrantStore } from '../../../../runtime/contract/paxos.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { watchQuorum } from '../../../../runtime/services/uploader/quorum-watch.ts';

const stores = ['node-1', 'node-2', 'node-3'].map((node_id) => ({ node_id }) as GrantStore);
const grant = { k: 1, m: 2, stores } as Grant;
const header = {} as AcceptHeader;
const { signal } = new AbortController();

it('tells how many stores answer once a chunk has waited for a while, and null once enough do', async () => {
  const clock = createManualClock();
  const told: (string | null)[] = [];
  const watch = watchQuorum(clock, (waitingFor) => told.push(waitingFor));
  const silent = new Set(['node-2', 'node-3']);
  const transport = watch.listen(grant, {
    accept: (store: GrantStore) => (silent.has(store.node_id) ? Promise.reject(new Error('silence')) : Promise.resolve({ type: 'NACK' })),
  } as unknown as PaxosTransport);
  const askAll = () => Promise.allSettled(stores.map((store) => transport.accept(store, header, null, signal)));

  await askAll();
  expect(told).toEqual([]);
  clock.advance(10_000);
  expect(told).toEqual(['1 of 3 stores have answered, 2 needed']);
  silent.delete('node-2');
  await askAll();
  clock.advance(10_000);
  expect(told).toEqual(['1 of 3 stores have answered, 2 needed', null]);
  silent.add('node-1').add('node-2');
  await askAll();
  clock.advance(10_000);
  watch.stop();
  clock.advance(10_000);
  expect(told.slice(2)).toEqual(['0 of 3 stores have answered, 2 needed', null]);
});
