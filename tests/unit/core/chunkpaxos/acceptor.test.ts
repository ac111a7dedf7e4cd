import { describe, expect, it } from 'vitest';
import { HELD_PIECES_MAX } from '../../../../runtime/contract/paxos.ts';
import type { Ballot, Piece, Value } from '../../../../runtime/contract/paxos.ts';
import { createAcceptor, mustAbstain, stepAcceptor } from '../../../../runtime/core/chunkpaxos/acceptor.ts';
import type { Acceptor, AcceptorState } from '../../../../runtime/core/chunkpaxos/acceptor.ts';
import type { AcceptorInput, Reply } from '../../../../runtime/core/chunkpaxos/messages.ts';
import { ABORT, pieceFor } from '../../../../runtime/core/chunkpaxos/value.ts';
import { coded, erasureGrant, hashOf, makeGrant, placed, uuidOf } from '../../../fixtures/paxos.ts';

const grant = makeGrant();
const X = placed('a');
const Y = placed('b');
const ballot = (round: number, proposer_id = 'other'): Ballot => ({ round, proposer_id });
const owners = ballot(0, 'owner');
const prepare = (b: Ballot): AcceptorInput => ({ type: 'PREPARE', grant, ballot: b });
const accept = (b: Ballot, value: Value, piece: Piece | null = value.kind === 'PLACED' ? pieceFor(value, 0) : null): AcceptorInput =>
  ({ type: 'ACCEPT', grant, ballot: b, value, piece });
const stage = (digits: string): AcceptorInput => ({ type: 'STAGE', grant, piece: { index: 0, sha256: hashOf(digits) } });
const make = (state?: AcceptorState, abstains = false): Acceptor => createAcceptor({ grant, storeUuid: uuidOf(0), state, abstains });

/** The reply to an input, and the kinds of all effects in order. */
const feed = (acceptor: Acceptor, input: AcceptorInput): { reply: Reply | undefined; kinds: string[]; afterPersist: boolean } => {
  const effects = stepAcceptor(acceptor, input);
  const sent = effects.find((effect) => effect.kind === 'send');
  return { reply: sent?.message, kinds: effects.map(({ kind }) => kind), afterPersist: sent?.afterPersist ?? false };
};
const answer = (acceptor: Acceptor, input: AcceptorInput): string => {
  const { reply } = feed(acceptor, input);
  return reply?.type === 'NACK' ? `NACK ${reply.reason}` : String(reply?.type);
};

describe('an acceptor asked to PREPARE', () => {
  it('makes the promise durable before it tells it', () => {
    const { reply, kinds, afterPersist } = feed(make(), prepare(ballot(1)));
    expect(kinds).toEqual(['persist', 'send']);
    expect(afterPersist).toBe(true);
    expect(reply).toMatchObject({ type: 'PROMISE', ballot: ballot(1), accepted: null, held: [] });
  });

  it('repeats a promise without writing it again, and still waits for the disk', () => {
    const acceptor = make();
    feed(acceptor, prepare(ballot(1)));
    const { reply, kinds, afterPersist } = feed(acceptor, prepare(ballot(1)));
    expect([reply?.type, kinds, afterPersist]).toEqual(['PROMISE', ['send'], true]);
  });

  it('refuses a lower ballot and names the promised one', () => {
    const acceptor = make();
    feed(acceptor, prepare(ballot(2)));
    expect(feed(acceptor, prepare(ballot(1))).reply).toMatchObject({ type: 'NACK', reason: 'promised', promised: ballot(2) });
  });

  it('tells its vote and what it holds', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    expect(feed(acceptor, prepare(ballot(1))).reply).toMatchObject({ accepted: { ballot: owners, value: X }, held: [pieceFor(X, 0)] });
  });

  it('tells the decision when it knows it', () => {
    const acceptor = make();
    feed(acceptor, { type: 'LEARN', grant, value: X });
    expect(feed(acceptor, prepare(ballot(9))).reply).toMatchObject({ type: 'CHOSEN', value: X });
  });

  it('never promises round 0, which the grant already gave away', () => {
    expect(answer(make(), prepare(owners))).toBe('NACK not_allowed');
  });
});

describe('an acceptor asked to ACCEPT', () => {
  it('writes the bytes, then the vote, then answers, and begins to wait for the decision', () => {
    const { reply, kinds, afterPersist } = feed(make(), accept(owners, X));
    expect(kinds).toEqual(['storeBytes', 'persist', 'send', 'setTimer']);
    expect(afterPersist).toBe(true);
    expect(reply).toEqual({ type: 'ACK', store_uuid: uuidOf(0), ballot: owners, value: X });
  });

  it('(1) refuses PLACED whose bytes it neither gets nor holds', () => {
    expect(answer(make(), accept(owners, X, null))).toBe('NACK missing_bytes');
    expect(answer(make(), accept(owners, X, pieceFor(Y, 0)))).toBe('NACK missing_bytes');
    const acceptor = make();
    feed(acceptor, stage('a'));
    expect(answer(acceptor, accept(owners, X, null))).toBe('ACK');
  });

  it('(1) keeps round 0 for the owner, and for values other than ABORT', () => {
    expect(answer(make(), accept(ballot(0), X))).toBe('NACK not_allowed');
    expect(answer(make(), accept(owners, ABORT))).toBe('NACK not_allowed');
    expect(answer(make(), accept(ballot(1), ABORT))).toBe('ACK');
  });

  it('(1) takes just the fragment of its own position', () => {
    const value = coded('c');
    const acceptor = createAcceptor({ grant: erasureGrant(), storeUuid: uuidOf(3) });
    const input = (piece: Piece): AcceptorInput => ({ type: 'ACCEPT', grant: erasureGrant(), ballot: owners, value, piece });
    expect(answer(acceptor, input(pieceFor(value, 2)))).toBe('NACK missing_bytes');
    expect(answer(acceptor, input(pieceFor(value, 3)))).toBe('ACK');
  });

  it('(1) refuses a replicated value under an erasure-coded grant', () => {
    const acceptor = createAcceptor({ grant: erasureGrant(), storeUuid: uuidOf(0) });
    expect(answer(acceptor, { type: 'ACCEPT', grant: erasureGrant(), ballot: owners, value: X, piece: pieceFor(X, 0) })).toBe('NACK not_allowed');
  });

  it('(2) tells a vote again, also after a higher promise: a vote is a fact', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    feed(acceptor, prepare(ballot(5)));
    const { reply, kinds } = feed(acceptor, accept(owners, X, null));
    expect([reply?.type, kinds]).toEqual(['ACK', ['send']]);
  });

  it('(3) raises an alarm at a second value for one ballot', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    const effects = stepAcceptor(acceptor, accept(owners, Y));
    expect(effects.map((effect) => (effect.kind === 'emit' ? effect.event : effect.kind))).toEqual(['send', 'equivocation']);
    expect(acceptor.state.accepted?.value).toBe(X);
  });

  it('(4) keeps its promise', () => {
    const acceptor = make();
    feed(acceptor, prepare(ballot(2)));
    expect(feed(acceptor, accept(ballot(1), X)).reply).toMatchObject({ reason: 'promised', promised: ballot(2), ballot: ballot(1) });
    expect(acceptor.state.accepted).toBeNull();
  });

  it('(5) promises what it accepts', () => {
    const acceptor = make();
    feed(acceptor, accept(ballot(3), X));
    expect(acceptor.state.promised).toEqual(ballot(3));
    expect(answer(acceptor, prepare(ballot(2)))).toBe('NACK promised');
  });

  it('never votes against a decision that it knows', () => {
    const acceptor = make();
    feed(acceptor, { type: 'LEARN', grant, value: X });
    expect(answer(acceptor, accept(ballot(4), Y))).toBe('CHOSEN');
    expect(answer(acceptor, accept(ballot(4), X))).toBe('ACK');
  });

  it('refuses everything where the grant names another store', () => {
    const acceptor = createAcceptor({ grant, storeUuid: uuidOf(9) });
    expect([prepare(ballot(1)), accept(owners, X), stage('a')].map((input) => answer(acceptor, input))).toEqual(Array(3).fill('NACK not_allowed'));
  });
});

describe('what an acceptor keeps', () => {
  it('is never more than four pieces, and always those it voted for', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    for (const digits of ['b', 'c', 'd', 'e', 'f', '1', '2']) {
      expect(answer(acceptor, stage(digits))).toBe('STAGED');
      expect(acceptor.state.held.length).toBeLessThanOrEqual(HELD_PIECES_MAX);
      expect(acceptor.state.held).toContainEqual(pieceFor(X, 0));
    }
    expect(acceptor.state.held.map(({ sha256 }) => sha256.at(-1))).toEqual(['a', 'f', '1', '2']);
  });

  it('shrinks to the chosen bytes after the grace period', () => {
    const acceptor = make();
    feed(acceptor, stage('b'));
    feed(acceptor, accept(owners, X));
    expect(feed(acceptor, { type: 'LEARN', grant, value: X }).kinds).toEqual(['persist', 'send', 'setTimer']);
    expect(feed(acceptor, { type: 'TIMER', timer: 'collect' }).kinds).toEqual(['persist', 'dropBytes']);
    expect(acceptor.state.held).toEqual([pieceFor(X, 0)]);
  });

  it('is nothing once the generation is closed, but the vote stays', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    feed(acceptor, { type: 'CLOSE' });
    feed(acceptor, { type: 'TIMER', timer: 'collect' });
    expect(acceptor.state).toMatchObject({ held: [], closed: true, accepted: { value: X } });
    expect(answer(acceptor, prepare(ballot(3)))).toBe('NACK closed');
  });

  it('is one record of plain JSON that gives the same acceptor back', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    const again = make(JSON.parse(JSON.stringify(acceptor.state)) as AcceptorState);
    expect(again.state).toEqual(acceptor.state);
    expect(answer(again, accept(owners, X))).toBe('ACK');
  });
});

describe('an acceptor that waits', () => {
  it('asks for recovery of a vote that was never decided, again and again', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    const effects = stepAcceptor(acceptor, { type: 'TIMER', timer: 'recover' });
    expect(effects.map((effect) => (effect.kind === 'emit' ? effect.event : effect.kind))).toEqual(['recover', 'setTimer']);
  });

  it('stops asking once it knows the decision', () => {
    const acceptor = make();
    feed(acceptor, accept(owners, X));
    feed(acceptor, { type: 'LEARN', grant, value: X });
    expect(stepAcceptor(acceptor, { type: 'TIMER', timer: 'recover' })).toEqual([]);
  });
});

describe('a damaged store', () => {
  it('abstains from instances it may have forgotten, but stages bytes and learns', () => {
    const acceptor = make(undefined, true);
    expect(answer(acceptor, prepare(ballot(1)))).toBe('NACK abstains');
    expect(answer(acceptor, accept(owners, X))).toBe('NACK abstains');
    expect(answer(acceptor, stage('a'))).toBe('STAGED');
    expect(answer(acceptor, { type: 'LEARN', grant, value: X })).toBe('LEARNED');
    expect(answer(acceptor, prepare(ballot(1)))).toBe('CHOSEN');
  });

  it('must abstain up to the grant of the damage, unless it holds what was chosen', () => {
    const { state } = make();
    expect(mustAbstain(state, 0, -1)).toBe(false);
    expect(mustAbstain(state, 0, grant.grant_seq - 1)).toBe(false);
    expect(mustAbstain(state, 0, grant.grant_seq)).toBe(true);
    expect(mustAbstain({ ...state, chosen: X }, 0, grant.grant_seq)).toBe(true);
    expect(mustAbstain({ ...state, chosen: X, held: [pieceFor(X, 0)] }, 0, grant.grant_seq)).toBe(false);
    expect(mustAbstain({ ...state, chosen: ABORT }, 0, grant.grant_seq)).toBe(false);
  });
});
