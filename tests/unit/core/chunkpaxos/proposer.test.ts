import { describe, expect, it } from 'vitest';
import type { Ballot, Grant, NackReason, Value, Vote } from '../../../../runtime/contract/paxos.ts';
import type { ProposerEffect } from '../../../../runtime/core/chunkpaxos/effects.ts';
import { backOffDelayMs, nextSeed, PROPOSER_LIMITS } from '../../../../runtime/core/chunkpaxos/limits.ts';
import type { ProposerInput } from '../../../../runtime/core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../../../runtime/core/chunkpaxos/proposer.ts';
import type { Proposer, ProposerConfig } from '../../../../runtime/core/chunkpaxos/proposer.ts';
import { ABORT, pieceFor } from '../../../../runtime/core/chunkpaxos/value.ts';
import { coded, erasureGrant, makeGrant, placed, uuidOf } from '../../../fixtures/paxos.ts';

const X = placed('a');
const Y = placed('b');
const make = (overrides: Partial<ProposerConfig> = {}): Proposer =>
  createProposer({ grant: makeGrant(), proposerId: 'me', own: X, hasBytes: true, seed: 1, ...overrides });
const owner = (overrides: Partial<ProposerConfig> = {}): Proposer => make({ proposerId: 'owner', ...overrides });

/** An answer to whatever ballot the proposer is at when it comes. */
type Answer = (proposer: Proposer) => ProposerInput;
const promise = (store: number, accepted: Vote | null = null, holds: Value | null = accepted?.value ?? null): Answer => ({ ballot }) => ({
  type: 'PROMISE', store_uuid: uuidOf(store), ballot, accepted, held: holds?.kind === 'PLACED' ? [pieceFor(holds, store)] : [],
});
const ack = (store: number, other?: Ballot): Answer => ({ ballot, value }) => ({
  type: 'ACK', store_uuid: uuidOf(store), ballot: other ?? ballot, value: value!,
});
const nack = (store: number, round: number, reason: NackReason = 'promised'): Answer => ({ ballot }) => ({
  type: 'NACK', store_uuid: uuidOf(store), reason, ballot, promised: { round, proposer_id: 'z' },
});
const vote = (round: number, value: Value): Vote => ({ ballot: { round, proposer_id: 'q' }, value });

/** Effects in short: `ACCEPT+0` is an ACCEPT with bytes to store 0, `ACCEPT-0` one without. */
const short = (effects: readonly ProposerEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.kind === 'emit') return effect.event;
    if (effect.kind !== 'send') return effect.kind;
    const { message } = effect;
    return message.type === 'ACCEPT' ? `ACCEPT${message.piece ? '+' : '-'}${effect.to}` : `${message.type}${effect.to}`;
  });
const step = (proposer: Proposer, input: ProposerInput | Answer): ProposerEffect[] =>
  stepProposer(proposer, typeof input === 'function' ? input(proposer) : input);
/** Feeds inputs one after the other and tells the effects of the last. */
const feed = (proposer: Proposer, ...inputs: (ProposerInput | Answer)[]): string[] => inputs.map((input) => short(step(proposer, input))).at(-1) ?? [];
const START: ProposerInput = { type: 'START' };
const TIMER: ProposerInput = { type: 'TIMER' };

describe('the fast path', () => {
  it('sends the owner\'s bytes to every store at round 0 and is decided by Q2 votes', () => {
    const proposer = owner();
    expect(feed(proposer, START)).toEqual(['ACCEPT+0', 'ACCEPT+1', 'ACCEPT+2', 'setTimer']);
    expect(proposer.ballot).toEqual({ round: 0, proposer_id: 'owner' });
    expect(feed(proposer, ack(1))).toEqual([]);
    expect(feed(proposer, ack(2))).toEqual(['decide', 'setTimer']);
    expect(feed(proposer, ack(0))).toEqual(['finish']);
    expect(proposer.acks).toHaveLength(3);
  });

  it('is not for strangers, nor for those without a value', () => {
    expect(feed(make(), START)).toEqual(['PREPARE0', 'PREPARE1', 'PREPARE2', 'setTimer']);
    expect(feed(owner({ own: null, hasBytes: false }), START)[0]).toBe('PREPARE0');
    expect(feed(owner({ own: ABORT, hasBytes: false }), START)[0]).toBe('PREPARE0');
  });

  it('sends every store its own fragment', () => {
    const value = coded('c');
    const proposer = owner({ grant: erasureGrant(), own: value });
    const pieces = stepProposer(proposer, START).flatMap((effect) => (effect.kind === 'send' && effect.message.type === 'ACCEPT' ? [effect.message.piece] : []));
    expect(pieces).toEqual([0, 1, 2, 3, 4].map((index) => pieceFor(value, index)));
    feed(proposer, ack(0), ack(1));
    expect(feed(proposer, ack(4))).toEqual([]);
    expect(feed(proposer, ack(3))).toContain('decide');
  });

  it('counts a store once, and strangers and other ballots never', () => {
    const proposer = owner();
    feed(proposer, START, ack(0));
    expect(feed(proposer, ack(0))).toEqual([]);
    expect(feed(proposer, ack(9))).toEqual([]);
    expect(feed(proposer, ack(1, { round: 0, proposer_id: 'z' }))).toEqual([]);
    expect(proposer.decided).toBeNull();
  });
});

describe('choosing after PREPARE', () => {
  it('is free when nobody voted, and ignores promises that come later', () => {
    const proposer = make();
    feed(proposer, START, promise(0));
    expect(feed(proposer, promise(1))).toEqual(['free', 'ACCEPT+0', 'ACCEPT+1', 'ACCEPT+2', 'setTimer']);
    expect(feed(proposer, promise(2, vote(0, Y)))).toEqual([]);
    expect(proposer.value).toBe(X);
  });

  it('adopts a value that may be chosen, once its bytes are here, and spares those who hold them', () => {
    const proposer = make();
    feed(proposer, START, promise(0, vote(0, Y)));
    expect(feed(proposer, promise(1))).toEqual(['adopt', 'fetch']);
    expect(feed(proposer, { type: 'BYTES', value: Y })).toEqual(['ACCEPT-0', 'ACCEPT+1', 'ACCEPT+2', 'setTimer']);
    expect(proposer.value).toBe(Y);
  });

  it('needs no bytes when all stores hold theirs', () => {
    const proposer = make({ own: null, hasBytes: false, grant: makeGrant({ k: 1, m: 1 }) });
    feed(proposer, START);
    // With N = 2 one promise is Q1; both come before anything else can happen only if the first alone does not suffice to go on.
    expect(feed(proposer, promise(0, vote(0, Y)))).toEqual(['adopt', 'fetch']);
    const three = make({ own: null, hasBytes: false, grant: makeGrant({ k: 1, m: 0 }) });
    feed(three, START);
    expect(feed(three, promise(0, vote(0, Y)))).toEqual(['adopt', 'ACCEPT-0', 'setTimer']);
  });

  it('widens R when the bytes cannot be had, and is then free', () => {
    const proposer = make();
    feed(proposer, START, promise(0, vote(0, Y), null), promise(1));
    expect(feed(proposer, { type: 'NO_BYTES', value: Y })).toEqual(['adopt']);
    expect(feed(proposer, promise(2))).toEqual(['free', 'ACCEPT+0', 'ACCEPT+1', 'ACCEPT+2', 'setTimer']);
  });

  it('adopts its own value without fetching it', () => {
    const proposer = make();
    feed(proposer, START, promise(0, vote(0, placed('a'))));
    expect(feed(proposer, promise(1))).toEqual(['adopt', 'ACCEPT-0', 'ACCEPT+1', 'ACCEPT+2', 'setTimer']);
  });

  it('hears more stores than Q1 when told to, but not for longer than its timer', () => {
    const proposer = make({ promisesWanted: 3 });
    feed(proposer, START, promise(0, vote(0, Y)));
    expect(feed(proposer, promise(1))).toEqual([]);
    expect(feed(proposer, promise(2))[0]).toBe('free');
    const impatient = make({ promisesWanted: 3 });
    feed(impatient, START, promise(0, vote(0, Y)), promise(1));
    expect(feed(impatient, TIMER)).toEqual(['setTimer', 'adopt', 'fetch']);
    const refused = make({ promisesWanted: 3 });
    feed(refused, START, promise(0), promise(1));
    expect(feed(refused, nack(2, 0, 'abstains'))[0]).toBe('free');
  });

  it('takes a store\'s word for the decision', () => {
    const proposer = make();
    feed(proposer, START);
    const effects = stepProposer(proposer, { type: 'CHOSEN', store_uuid: uuidOf(1), value: Y });
    expect(effects).toMatchObject([{ kind: 'decide', value: Y, learned: true }, { kind: 'finish', holders: 0 }]);
  });
});

describe('a recovery', () => {
  const recovery = (): Proposer => make({ own: null, hasBytes: false });

  it('aborts where nobody voted', () => {
    const proposer = recovery();
    feed(proposer, START, promise(0));
    expect(feed(proposer, promise(1))).toEqual(['free', 'ACCEPT-0', 'ACCEPT-1', 'ACCEPT-2', 'setTimer']);
    expect(proposer.value).toEqual(ABORT);
    expect(feed(proposer, ack(0), ack(1))).toEqual(['decide', 'finish']);
  });

  it('saves a vote that could not have been chosen, if its bytes are to be had, and else aborts', () => {
    const grant = erasureGrant();
    const C = coded('c');
    const proposer = make({ own: null, hasBytes: false, grant });
    feed(proposer, START, promise(0, vote(0, C)), promise(1), { type: 'NO_BYTES', value: C });
    // One vote and two silent stores are fewer than Q2 = 4.
    expect(feed(proposer, promise(2))[0]).toBe('free');
    expect(proposer.value).toEqual(ABORT);
  });
});

describe('erasure coding above round 0', () => {
  it('stages fragments first and asks for votes once Q2 stores hold theirs', () => {
    const value = coded('c');
    const proposer = make({ grant: erasureGrant(), own: value });
    const staged = (store: number): ProposerInput => ({ type: 'STAGED', store_uuid: uuidOf(store), piece: pieceFor(value, store) });
    feed(proposer, START, promise(0));
    expect(feed(proposer, promise(1))).toEqual(['free', 'STAGE0', 'STAGE1', 'STAGE2', 'STAGE3', 'STAGE4', 'setTimer']);
    expect(feed(proposer, staged(0), staged(1), staged(3))).toEqual([]);
    expect(feed(proposer, staged(4))).toEqual(['ACCEPT-0', 'ACCEPT-1', 'ACCEPT+2', 'ACCEPT-3', 'ACCEPT-4', 'setTimer']);
  });
});

describe('refusals and silence', () => {
  it('make it try above the highest round seen, after a random wait', () => {
    const proposer = owner();
    feed(proposer, START, nack(0, 4));
    const effects = step(proposer, nack(1, 7));
    expect(short(effects)).toEqual(['preempted', 'setTimer']);
    expect(feed(proposer, TIMER)[0]).toBe('PREPARE0');
    expect(proposer.ballot).toEqual({ round: 8, proposer_id: 'owner' });
  });

  it('do not matter while a quorum is still possible', () => {
    const proposer = owner();
    expect(feed(proposer, START, nack(0, 4))).toEqual([]);
    feed(proposer, ack(1));
    expect(feed(proposer, ack(2))).toEqual(['decide', 'STAGE0', 'setTimer']);
    expect(feed(proposer, { type: 'STAGED', store_uuid: uuidOf(0), piece: pieceFor(X, 0) })).toEqual(['finish']);
  });

  it('of a store that was said to hold the bytes bring them along', () => {
    const proposer = make();
    feed(proposer, START, promise(0, null, X), promise(1));
    expect(feed(proposer, nack(0, 1, 'missing_bytes'))).toEqual(['ACCEPT+0']);
  });

  it('are repeated once, to the silent only, then given a new ballot', () => {
    const proposer = owner();
    feed(proposer, START, ack(1));
    expect(feed(proposer, TIMER)).toEqual(['ACCEPT+0', 'ACCEPT+2', 'setTimer']);
    expect(feed(proposer, TIMER)).toEqual(['preempted', 'setTimer']);
    // A late vote still completes the ballot: chosen is chosen.
    expect(feed(proposer, ack(0))[0]).toBe('decide');
  });

  it('end in giving up after a bounded number of ballots', () => {
    const proposer = make();
    let effects = feed(proposer, START);
    for (let count = 0; count < 100 && !effects.includes('giveUp'); count += 1) effects = feed(proposer, TIMER);
    expect(effects).toEqual(['preempted', 'giveUp']);
    expect(proposer.ballot.round).toBe(PROPOSER_LIMITS.ballotsMax);
    expect(feed(proposer, TIMER)).toEqual([]);
  });

  it('of a store that refuses even to stage are not answered for ever', () => {
    const proposer = owner();
    feed(proposer, START, ack(1), ack(2));
    expect(feed(proposer, nack(0, 5, 'closed'))).toEqual(['STAGE0']);
    expect(feed(proposer, nack(0, 5, 'closed'))).toEqual([]);
    for (let count = 0; count < PROPOSER_LIMITS.fillsMax; count += 1) expect(feed(proposer, TIMER)).toEqual(['STAGE0', 'setTimer']);
    expect(stepProposer(proposer, TIMER)).toEqual([{ kind: 'finish', holders: 0b110 }]);
  });
});

describe('the back-off', () => {
  it('grows, is capped, keeps half of itself and differs by seed', () => {
    const delays = Array.from({ length: 12 }, (_, index) => backOffDelayMs(PROPOSER_LIMITS, index + 1, nextSeed(index + 1)));
    for (const [index, delayMs] of delays.entries()) {
      const ceilingMs = Math.min(PROPOSER_LIMITS.backOffMsMax, PROPOSER_LIMITS.backOffMs * 2 ** index);
      expect(delayMs).toBeGreaterThanOrEqual(ceilingMs / 2);
      expect(delayMs).toBeLessThanOrEqual(ceilingMs);
    }
    expect(new Set([1, 2, 3, 4].map((seed) => backOffDelayMs(PROPOSER_LIMITS, 3, nextSeed(seed)))).size).toBe(4);
  });
});

describe('a second run of one process', () => {
  it('repeats round 0 with the same value, and has ballots of its own above', () => {
    const again = owner({ runId: 'owner-2' });
    feed(again, START);
    expect(again.ballot).toEqual({ round: 0, proposer_id: 'owner' });
    feed(again, TIMER, TIMER, TIMER);
    expect(again.ballot).toEqual({ round: 1, proposer_id: 'owner-2' });
  });
});

describe('a value of another grant shape', () => {
  it('is never sent without its grant', () => {
    const grant: Grant = makeGrant();
    const sent = stepProposer(owner({ grant }), START).flatMap((effect) => (effect.kind === 'send' ? [effect.message.grant] : []));
    expect(sent).toEqual([grant, grant, grant]);
  });
});
