import { beforeEach, describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Grant, Value } from '../../../../runtime/contract/paxos.ts';
import { COLLECT_AFTER_MS, RECOVER_AFTER_MS } from '../../../../runtime/core/chunkpaxos/limits.ts';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { createChunkBook, type ChunkBook } from '../../../../runtime/services/storage-node/acceptor/book.ts';
import { createDamageWatch, type DamageWatch } from '../../../../runtime/services/storage-node/acceptor/damage.ts';
import { createAcceptorShell, type AcceptorShell } from '../../../../runtime/services/storage-node/acceptor/shell.ts';
import { createTimers } from '../../../../runtime/services/storage-node/acceptor/timers.ts';
import { createVerifier } from '../../../../runtime/services/storage-node/acceptor/verify.ts';
import { createChunks, type Chunks } from '../../../../runtime/services/storage-node/chunks.ts';
import { sweepRecords } from '../../../../runtime/services/storage-node/sweep.ts';
import { createMemoryStore, type MemoryStore } from '../../../fixtures/memory-store.ts';
import { FAST, GRANT_KEY, makeGrant, placed, randomBytesOf, storeKey, wholePiece } from '../../../fixtures/storage-node.ts';

let store: MemoryStore;
let clock: ManualClock;
let book: ChunkBook;
let damage: DamageWatch;
let shell: AcceptorShell;
let chunks: Chunks;
let recovered: Grant[];
let events: string[];

/** A process over the store: everything but the store starts afresh. */
const boot = async (): Promise<void> => {
  clock = createManualClock(1_000_000);
  recovered = [];
  events = [];
  book = createChunkBook(store);
  damage = await createDamageWatch(store);
  shell = createAcceptorShell({
    store,
    book,
    damage,
    verifier: createVerifier({ grantKey: GRANT_KEY, storeKey: storeKey(store.uuid), storeUuid: store.uuid, wallMs: () => clock.wallMs() }),
    timers: createTimers(clock),
    log: silentLogger(),
    onRecover: (grant) => void recovered.push(grant),
    onEvent: (event) => void events.push(event),
  });
  chunks = createChunks(store, book, () => clock.wallMs());
};
beforeEach(async () => {
  store = createMemoryStore();
  await boot();
});

const bytes = randomBytesOf(1000);
const value = placed(bytes);
const grantHere = (overrides: Partial<Grant> = {}): Grant => makeGrant(store.uuid, overrides);
const accept = (grant: Grant, what: Value = value, content: Uint8Array | null = bytes, ballot = FAST) => {
  const piece = content && wholePiece(content);
  return shell.request(grant, { type: 'ACCEPT', grant, ballot, value: what, piece }, content && piece ? { piece, bytes: content } : undefined);
};
const learn = (grant: Grant, what: Value | null) => shell.request(grant, { type: 'LEARN', grant, value: what });
const prepare = (grant: Grant, round: number) => shell.request(grant, { type: 'PREPARE', grant, ballot: { round, proposer_id: 'p' } });
const stage = (grant: Grant, content: Uint8Array) =>
  shell.request(grant, { type: 'STAGE', grant, piece: wholePiece(content) }, { piece: wholePiece(content), bytes: content });
const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('durability before the reply', () => {
  it('writes bytes and vote in one commit, bytes first', async () => {
    await accept(grantHere());
    expect(store.commits.map((writes) => writes.map(({ kind, key }) => `${kind} ${key}`))).toEqual([
      [`chunk vid-1-chunk-000/${wholePiece(bytes).sha256}`, 'acceptor vid-1-chunk-000'],
    ]);
  });

  it('sends no ACK before the commit has settled', async () => {
    let open: () => void = () => {};
    store.beforeCommit = () => new Promise((resolve) => (open = resolve));
    let isAnswered = false;
    const answer = accept(grantHere()).then(() => (isAnswered = true));
    await pass(0);
    expect(isAnswered).toBe(false);
    open();
    await answer;
    expect(isAnswered).toBe(true);
  });

  it('forgets a vote that could not be written, and answers with the failure', async () => {
    store.failure = new VStackError('read_only', 'the sync failed');
    await expect(accept(grantHere())).rejects.toMatchObject({ code: 'read_only' });
    await expect(prepare(grantHere(), 1)).rejects.toMatchObject({ code: 'read_only' });
    store.failure = undefined;
    expect(await prepare(grantHere(), 1)).toMatchObject({ type: 'PROMISE', accepted: null, held: [] });
  });

  it('refuses a vote for a size that neither attached nor held bytes have, and keeps none', async () => {
    const wrong: Value = { ...value, size_bytes: bytes.length + 1 } as Value;
    await expect(accept(grantHere(), wrong)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await stage(grantHere(), bytes);
    await expect(accept(grantHere(), wrong, null)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    expect(await prepare(grantHere(), 1)).toMatchObject({ type: 'PROMISE', accepted: null });
    expect(await accept(grantHere(), value, null, { round: 1, proposer_id: 'p' })).toMatchObject({ type: 'ACK' });
  });

  it('runs the steps of one instance one after another, so that two ballots never pass each other', async () => {
    const grant = grantHere();
    const answers = await Promise.all([prepare(grant, 3), prepare(grant, 1), prepare(grant, 5), accept(grant)]);
    expect(answers.map((answer) => answer.type)).toEqual(['PROMISE', 'NACK', 'PROMISE', 'NACK']);
  });

  it('lets different chunks wait for the same sync side by side', async () => {
    let running = 0;
    let together = 0;
    const gates: (() => void)[] = [];
    const grants = ['a', 'b', 'c'].map((chunk_id) => grantHere({ chunk_id }));
    const original = store.commit.bind(store);
    store.commit = async (writes) => {
      together = Math.max(together, ++running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
      return original(writes);
    };
    const answers = Promise.all(grants.map((grant) => accept(grant)));
    await pass(0);
    expect(together).toBe(3);
    for (const open of gates) open();
    await answers;
  });
});

describe('recovery', () => {
  it('is asked for again and again while a vote stays undecided, and not once it is decided', async () => {
    const grant = grantHere();
    await accept(grant);
    await pass(RECOVER_AFTER_MS - 1);
    expect(recovered).toHaveLength(0);
    await pass(1);
    expect(recovered).toHaveLength(1);
    await pass(RECOVER_AFTER_MS);
    expect(recovered).toHaveLength(2);
    await learn(grant, value);
    await pass(3 * RECOVER_AFTER_MS);
    expect(recovered).toHaveLength(2);
  });

  it('is taken up again after a restart', async () => {
    await accept(grantHere());
    await accept(grantHere({ chunk_id: 'decided' }));
    await learn(grantHere({ chunk_id: 'decided' }), value);
    await boot();
    await sweepRecords({ store, book, shell, clock, log: silentLogger(), signal: new AbortController().signal });
    await pass(RECOVER_AFTER_MS);
    expect(recovered.map(({ chunk_id }) => chunk_id)).toEqual(['vid-1-chunk-000']);
  });
});

describe('what is collected', () => {
  it('is every piece but the chosen one, after the grace period', async () => {
    const grant = grantHere();
    const other = randomBytesOf(500);
    await stage(grant, other);
    await accept(grant);
    await learn(grant, value);
    await pass(COLLECT_AFTER_MS - 1);
    expect(store.stat('chunk', `vid-1-chunk-000/${wholePiece(other).sha256}`)).toBeDefined();
    await pass(1);
    expect(store.stat('chunk', `vid-1-chunk-000/${wholePiece(other).sha256}`)).toBeUndefined();
    expect(store.stat('chunk', `vid-1-chunk-000/${wholePiece(bytes).sha256}`)).toBeDefined();
  });

  it('never takes bytes that another generation of the chunk holds', async () => {
    const first = grantHere();
    const second = grantHere({ generation: 1, grant_seq: 11 });
    await accept(first);
    await learn(first, value);
    await accept(second);
    await learn(second, value);
    await shell.closeThrough('vid-1-chunk-000', 0);
    await pass(COLLECT_AFTER_MS);
    expect((await book.look('vid-1-chunk-000')).record.states.get('inc-1/vid-1-chunk-000.g0')).toMatchObject({ closed: true, held: [] });
    expect((await chunks.find('vid-1-chunk-000')).stat.sha256).toBe(wholePiece(bytes).sha256);
  });

  it('keeps at most four pieces of an instance, the voted one among them', async () => {
    const grant = grantHere();
    await accept(grant);
    for (let index = 0; index < 8; index += 1) await stage(grant, randomBytesOf(100));
    await pass(0);
    const pieces = [...store.keys('chunk', 'vid-1-chunk-000/')];
    expect(pieces).toHaveLength(4);
    expect(pieces).toContain(`vid-1-chunk-000/${wholePiece(bytes).sha256}`);
  });

  it('includes the record of a deleted chunk once its grants have expired, and not before', async () => {
    const grant = grantHere({ not_after: 5000 });
    await accept(grant);
    await learn(grant, value);
    await chunks.remove('vid-1-chunk-000', { isForced: true });
    const sweep = () => sweepRecords({ store, book, shell, clock, log: silentLogger(), signal: new AbortController().signal });
    await sweep();
    expect(store.stat('acceptor', 'vid-1-chunk-000')).toBeDefined();
    clock.advance(5_000_000);
    await sweep();
    expect(store.stat('acceptor', 'vid-1-chunk-000')).toBeUndefined();
    expect(store.health().recordCount).toBe(0);
  });
});

describe('alarms', () => {
  it('are raised when somebody breaks the rules', async () => {
    const grant = grantHere();
    const other = randomBytesOf(10);
    await accept(grant);
    expect(await accept(grant, placed(other), other)).toMatchObject({ type: 'NACK', reason: 'equivocation' });
    await learn(grant, value);
    await learn(grant, placed(other));
    expect(events).toEqual(['equivocation', 'disagreement']);
  });
});

describe('a damaged store', () => {
  it('abstains everywhere until it heard the newest grant, then only below it', async () => {
    const kept = grantHere({ chunk_id: 'kept' });
    await accept(kept);
    await learn(kept, value);
    store.loseSomething();
    expect(damage.isPending).toBe(true);
    expect(await prepare(grantHere({ grant_seq: 99 }), 1)).toMatchObject({ type: 'NACK', reason: 'abstains' });
    // What it holds, decided, it can still speak for.
    expect(await prepare(kept, 1)).toMatchObject({ type: 'CHOSEN' });
    await damage.heard({ incarnation: 'inc-1', grant_seq: 50 });
    expect(await prepare(grantHere({ grant_seq: 51 }), 1)).toMatchObject({ type: 'PROMISE' });
    expect(await prepare(grantHere({ chunk_id: 'old', grant_seq: 50 }), 1)).toMatchObject({ type: 'NACK', reason: 'abstains' });
    expect(await prepare(grantHere({ chunk_id: 'older-incarnation', grant_seq: 99, incarnation: 'inc-0' }), 1)).toMatchObject({ reason: 'abstains' });
    await boot();
    expect(damage.isPending).toBe(false);
    expect(await prepare(grantHere({ chunk_id: 'old', grant_seq: 50 }), 1)).toMatchObject({ type: 'NACK', reason: 'abstains' });
    store.loseSomething();
    expect(damage.isPending).toBe(true);
  });

  it('does not take the grants of a rebuilt database for old ones', async () => {
    store.loseSomething();
    await damage.heard({ incarnation: 'inc-1', grant_seq: 50 });
    await damage.heard({ incarnation: 'inc-2', grant_seq: 0 });
    expect(await prepare(grantHere({ incarnation: 'inc-2', grant_seq: 1 }), 1)).toMatchObject({ type: 'PROMISE' });
    expect(await prepare(grantHere({ chunk_id: 'b', incarnation: 'inc-1', grant_seq: 50 }), 1)).toMatchObject({ reason: 'abstains' });
  });

  it('whose chunk record rotted says so, and writes a new one only with a bound on what is forgotten', async () => {
    const grant = grantHere();
    await accept(grant);
    store.rot('acceptor', 'vid-1-chunk-000');
    await boot();
    expect(await prepare(grant, 1)).toMatchObject({ reason: 'abstains' });
    await expect(chunks.find('vid-1-chunk-000')).rejects.toMatchObject({ code: 'corrupt' });
    await expect(chunks.put('vid-1-chunk-000', bytes, wholePiece(bytes).sha256)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(learn(grant, value)).rejects.toMatchObject({ code: 'unavailable' });
    await damage.heard({ incarnation: 'inc-1', grant_seq: 40 });
    expect(await learn(grant, value)).toMatchObject({ type: 'LEARNED' });
    expect((await chunks.find('vid-1-chunk-000')).stat.sha256).toBe(wholePiece(bytes).sha256);
    await boot();
    await damage.heard({ incarnation: 'inc-1', grant_seq: 60 });
    expect(await prepare(grantHere({ generation: 1, grant_seq: 40 }), 1)).toMatchObject({ reason: 'abstains' });
    expect(await prepare(grantHere({ generation: 1, grant_seq: 41 }), 1)).toMatchObject({ type: 'PROMISE' });
  });
});
