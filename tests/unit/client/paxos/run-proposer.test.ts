import { describe, expect, it } from 'vitest';
import { runProposer } from '../../../../runtime/client/paxos/run-proposer.ts';
import type { Decision, RunProposerOptions } from '../../../../runtime/client/paxos/run-proposer.ts';
import { judgeCertificate } from '../../../../runtime/core/chunkpaxos/certificate.ts';
import { PROPOSER_LIMITS } from '../../../../runtime/core/chunkpaxos/limits.ts';
import { ABORT } from '../../../../runtime/core/chunkpaxos/value.ts';
import { MemoryStores, sha256, valueOf } from '../../../fixtures/memory-stores.ts';
import { erasureGrant, hashOf, makeGrant, uuidOf } from '../../../fixtures/paxos.ts';

const MINE = new TextEncoder().encode('my bytes');
const THEIRS = new TextEncoder().encode('the bytes of someone who died');
/** Waits are short: nothing here depends on how long they are, only that they end. */
const limits = { ...PROPOSER_LIMITS, replyTimeoutMs: 5, backOffMs: 1, backOffMsMax: 2 };
const OWNER_BALLOT = { round: 0, proposer_id: 'owner' };

const run = (stores: MemoryStores, grant = makeGrant(), overrides: Partial<RunProposerOptions> = {}): ReturnType<typeof runProposer> =>
  runProposer({
    grant, proposerId: 'owner', own: valueOf(MINE), bytes: () => MINE, transport: stores.transport, tools: { sha256 }, random: () => 0.5, limits, ...overrides,
  });

describe('an uploader', () => {
  it('places its bytes on every store in one round trip and holds a valid certificate', async () => {
    const stores = new MemoryStores(makeGrant());
    const outcome = await run(stores);
    expect(outcome).toMatchObject({ value: valueOf(MINE), ballot: OWNER_BALLOT, holders: ['node-0', 'node-1', 'node-2'] });
    expect(judgeCertificate(outcome.certificate!)).toBe('valid');
    expect(outcome.certificate!.acks[0]).toEqual({ store_uuid: uuidOf(0), mac: hashOf('0') });
    expect(stores.calls).toEqual(['accept+bytes 0', 'accept+bytes 1', 'accept+bytes 2']);
  });

  it('is told the decision before the last store is filled', async () => {
    const stores = new MemoryStores(makeGrant());
    stores.silent.add(2);
    const decisions: Decision[] = [];
    const outcome = await run(stores, makeGrant(), { onDecided: (decision) => decisions.push(decision) });
    expect(decisions).toHaveLength(1);
    expect(decisions[0]!.certificate).not.toBeNull();
    expect(outcome.holders).toEqual(['node-0', 'node-1']);
  });

  it('fills a store that promised somebody else and so cannot vote', async () => {
    const stores = new MemoryStores(makeGrant());
    stores.feed(1, { type: 'PREPARE', grant: makeGrant(), ballot: { round: 3, proposer_id: 'z' } });
    const outcome = await run(stores);
    expect(outcome.holders).toEqual(['node-0', 'node-1', 'node-2']);
    expect(stores.calls).toContain('stage 1');
    expect(sha256(stores.bytes[1]!.get(sha256(MINE))!)).toBe(sha256(MINE));
  });

  it('takes the classic path with a fresh id and ends with its value', async () => {
    const stores = new MemoryStores(makeGrant());
    const outcome = await run(stores, makeGrant(), { proposerId: 'restarted' });
    expect(outcome).toMatchObject({ value: valueOf(MINE), ballot: { round: 1, proposer_id: expect.stringMatching(/^restarted-/) } });
    expect(stores.calls.slice(0, 3)).toEqual(['prepare 0', 'prepare 1', 'prepare 2']);
  });

  it('never shares a ballot above round 0 with another run of its own, and stays within the length of an id', async () => {
    const ids = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const { ballot } = await run(new MemoryStores(makeGrant()), makeGrant(), { proposerId: 'p'.repeat(64) });
      expect(ballot.proposer_id).toHaveLength(64);
      ids.add(ballot.proposer_id);
    }
    expect(ids.size).toBe(3);
  });

  it('is told the truth when other bytes won', async () => {
    const stores = new MemoryStores(makeGrant());
    for (const index of [0, 1]) stores.voted(index, OWNER_BALLOT, valueOf(THEIRS), THEIRS);
    const outcome = await run(stores, makeGrant(), { proposerId: 'late' });
    expect(outcome.value).toEqual(valueOf(THEIRS));
    expect(outcome.holders).toEqual(['node-0', 'node-1', 'node-2']);
  });

  it('learns a decision that the stores know, without a certificate', async () => {
    const stores = new MemoryStores(makeGrant());
    for (const index of [0, 1, 2]) stores.feed(index, { type: 'LEARN', grant: makeGrant(), value: valueOf(THEIRS) });
    await expect(run(stores, makeGrant(), { proposerId: 'late' })).resolves.toMatchObject({ value: valueOf(THEIRS), certificate: null, holders: [] });
  });

  it('gives up with no_quorum when too few stores answer', async () => {
    const stores = new MemoryStores(makeGrant());
    stores.silent.add(0).add(1);
    await expect(run(stores, makeGrant(), { limits: { ...limits, ballotsMax: 2 } })).rejects.toMatchObject({ code: 'no_quorum' });
  });

  describe('behind slow links', () => {
    /** Calls with bytes that `arrive` when the test says so, or are `lost`; and the loop's timer, fired by hand. */
    const slowly = (stores: MemoryStores) => {
      const pending: { index: number; arrive(): Promise<void>; lose(): void }[] = [];
      let fire = (): void => {};
      const accept: RunProposerOptions['transport']['accept'] = (store, header, bytes, signal) =>
        bytes === null
          ? stores.transport.accept(store, header, bytes, signal)
          : new Promise((resolve, reject) => {
              const index = makeGrant().stores.findIndex(({ node_id }) => node_id === store.node_id);
              pending.push({ index, arrive: () => stores.transport.accept(store, header, bytes, signal).then(resolve, reject), lose: () => reject(new Error('reset')) });
            });
      const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      return {
        pending,
        options: { transport: { ...stores.transport, accept }, timers: { set: (callback: () => void) => ((fire = callback), () => (fire = () => {})) } } satisfies Partial<RunProposerOptions>,
        async fireTimer() {
          fire();
          await settled();
        },
        settled,
      };
    };

    it('sends no byte twice while the first are on their way', async () => {
      const stores = new MemoryStores(makeGrant());
      const slow = slowly(stores);
      const running = run(stores, makeGrant(), slow.options);
      for (let times = 0; times < 20; times += 1) await slow.fireTimer();
      expect(slow.pending.map(({ index }) => index)).toEqual([0, 1, 2]);
      await Promise.all(slow.pending.map(({ arrive }) => arrive()));
      expect(await running).toMatchObject({ ballot: OWNER_BALLOT, holders: ['node-0', 'node-1', 'node-2'] });
      expect(stores.calls).toEqual(['accept+bytes 0', 'accept+bytes 1', 'accept+bytes 2']);
    });

    it('asks a store again whose connection was lost, and no other', async () => {
      const stores = new MemoryStores(makeGrant());
      const slow = slowly(stores);
      const running = run(stores, makeGrant(), slow.options);
      slow.pending[1]!.lose();
      await slow.settled();
      await slow.fireTimer();
      expect(slow.pending.map(({ index }) => index)).toEqual([0, 1, 2, 1]);
      await Promise.all([0, 3, 2].map((place) => slow.pending[place]!.arrive()));
      expect(await running).toMatchObject({ ballot: OWNER_BALLOT, holders: ['node-0', 'node-1', 'node-2'] });
    });

    it('takes them for silent once their calls have ended without an answer', async () => {
      const stores = new MemoryStores(makeGrant());
      const slow = slowly(stores);
      const running = run(stores, makeGrant(), slow.options);
      for (const { lose } of slow.pending) lose();
      await slow.settled();
      await slow.fireTimer();
      expect(slow.pending.map(({ index }) => index)).toEqual([0, 1, 2, 0, 1, 2]);
      await Promise.all(slow.pending.slice(3).map(({ arrive }) => arrive()));
      expect((await running).holders).toEqual(['node-0', 'node-1', 'node-2']);
    });

    it('gives up although stores lose their connections by turns', async () => {
      const stores = new MemoryStores(makeGrant());
      const slow = slowly(stores);
      const running = run(stores, makeGrant(), { ...slow.options, limits: { ...limits, ballotsMax: 1, resendsMax: 0 } });
      const refused = expect(running).rejects.toMatchObject({ code: 'no_quorum' });
      for (const place of [0, 1, 2]) {
        slow.pending[place]!.lose();
        await slow.settled();
        await slow.fireTimer();
      }
      await refused;
    });
  });

  it('stops at once when cancelled, before and while it runs', async () => {
    const stores = new MemoryStores(makeGrant());
    for (const index of [0, 1, 2]) stores.silent.add(index);
    await expect(run(stores, makeGrant(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const stop = new AbortController();
    const running = run(stores, makeGrant(), { signal: stop.signal, limits: { ...limits, ballotsMax: 1000 } });
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('races another and both end with one value', async () => {
    for (let round = 0; round < 20; round += 1) {
      const stores = new MemoryStores(makeGrant());
      const other = { proposerId: 'rival', own: valueOf(THEIRS), bytes: () => THEIRS, random: () => 0.9 };
      const outcomes = await Promise.all([run(stores), run(stores, makeGrant(), other)]);
      expect(outcomes[0].value).toEqual(outcomes[1].value);
    }
  });
});

describe('the metadata service', () => {
  const recovery: Partial<RunProposerOptions> = { proposerId: 'metadata', own: null, bytes: undefined };

  it('finishes what a dead owner left on one store', async () => {
    const stores = new MemoryStores(makeGrant());
    stores.voted(1, OWNER_BALLOT, valueOf(THEIRS), THEIRS);
    stores.silent.add(2);
    const outcome = await run(stores, makeGrant(), recovery);
    expect(outcome.value).toEqual(valueOf(THEIRS));
    expect(judgeCertificate(outcome.certificate!)).toBe('valid');
    expect(stores.bytes[0]!.get(sha256(THEIRS))).toEqual(THEIRS);
  });

  it('aborts where nothing was voted for', async () => {
    await expect(run(new MemoryStores(makeGrant()), makeGrant(), recovery)).resolves.toMatchObject({ value: ABORT });
  });

  it('never adopts bytes that do not match their name', async () => {
    const stores = new MemoryStores(makeGrant());
    stores.voted(1, OWNER_BALLOT, valueOf(THEIRS), THEIRS);
    stores.lying.add(1);
    // All three answer, one vote is too few to be chosen, and its bytes are not to be had: free.
    await expect(run(stores, makeGrant(), recovery)).resolves.toMatchObject({ value: ABORT });
  });

  it('commits for classic clients what the stores already hold', async () => {
    const grant = makeGrant();
    const stores = new MemoryStores(grant);
    const value = valueOf(THEIRS);
    for (const index of [0, 1, 2]) stores.feed(index, { type: 'STAGE', grant, piece: { index: 0, sha256: value.sha256 } }, THEIRS);
    const outcome = await run(stores, grant, { proposerId: 'metadata', own: value, bytes: undefined });
    expect(outcome).toMatchObject({ value, holders: ['node-0', 'node-1', 'node-2'] });
    expect(stores.calls).not.toContain('accept+bytes 0');
  });

  it('rebuilds missing fragments of an adopted erasure-coded value', async () => {
    const grant = erasureGrant();
    const fragments = [0, 1, 2, 3, 4].map((index) => Uint8Array.of(index, index, index));
    const value = valueOf(THEIRS, fragments);
    const stores = new MemoryStores(grant);
    for (const index of [0, 2, 3]) stores.voted(index, OWNER_BALLOT, value, fragments[index]!);
    stores.silent.add(4);
    const rebuild = (given: readonly (Uint8Array | undefined)[]): Uint8Array[] => {
      expect(given.map((bytes) => bytes !== undefined)).toEqual([true, false, true, true, false]);
      return fragments;
    };
    const outcome = await run(stores, grant, { ...recovery, tools: { sha256, rebuild } });
    expect(outcome.value).toEqual(value);
    expect(outcome.holders).toEqual(['node-0', 'node-1', 'node-2', 'node-3']);
    expect(stores.bytes[1]!.get(sha256(fragments[1]!))).toEqual(fragments[1]);
  });
});
