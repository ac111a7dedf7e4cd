import { describe, expect, it } from 'vitest';
import type { Vote } from '../../../../runtime/contract/paxos.ts';
import { bindingVote, countStores, mayBeChosen, q1Of, q2Of, storeIndexOf } from '../../../../runtime/core/chunkpaxos/quorum.ts';
import { RULES } from '../../../../runtime/core/chunkpaxos/rules.ts';
import { coded, erasureGrant, makeGrant, placed, uuidOf } from '../../../fixtures/paxos.ts';

const X = placed('a');
const Y = placed('b');
const vote = (round: number, value = X, proposer_id = 'p'): Vote => ({ ballot: { round, proposer_id }, value });

describe('quorums', () => {
  it.each([
    { k: 1, m: 0, q1: 1, q2: 1 },
    { k: 1, m: 1, q1: 1, q2: 2 },
    { k: 1, m: 2, q1: 2, q2: 2 },
    { k: 2, m: 2, q1: 2, q2: 3 },
    { k: 3, m: 2, q1: 2, q2: 4 },
  ])('k = $k, m = $m needs Q1 = $q1 and Q2 = $q2, which always meet', ({ k, m, q1, q2 }) => {
    expect(q1Of({ m })).toBe(q1);
    expect(q2Of({ k, m })).toBe(q2);
    expect(q1 + q2).toBeGreaterThan(k + m);
  });

  it('tells a store its place, and a stranger that it has none', () => {
    expect(storeIndexOf(makeGrant(), uuidOf(2))).toBe(2);
    expect(storeIndexOf(makeGrant(), uuidOf(3))).toBe(-1);
  });

  it('counts the stores of a mask', () => {
    expect([0, 0b1, 0b1011, 0xffff].map(countStores)).toEqual([0, 1, 3, 16]);
  });
});

describe('a value that may be chosen', () => {
  const three = makeGrant();
  const five = erasureGrant();
  const C = coded('c');
  it.each([
    { title: 'no vote among two of three leaves one silent store, too few', votes: [null, null], answered: 2, grant: three, expected: false },
    { title: 'one vote and one silent store could be Q2', votes: [vote(0), null], answered: 2, grant: three, expected: true },
    { title: 'one vote among all three is not Q2', votes: [vote(0), null, null], answered: 3, grant: three, expected: false },
    { title: 'two votes at different ballots count together', votes: [vote(0), vote(3), null], answered: 3, grant: three, expected: true },
    { title: 'another value does not count', votes: [vote(0, Y), null], answered: 2, grant: three, expected: false },
    { title: 'with Q1 = 2 of five, one vote and three silent stores could be Q2 = 4', votes: [vote(0, C), null], answered: 2, grant: five, value: C, expected: true },
    { title: 'with all five answering, three votes are not Q2 = 4', votes: [vote(0, C), vote(0, C), vote(0, C), null, null], answered: 5, grant: five, value: C, expected: false },
  ])('$title', ({ votes, answered, grant, value, expected }) => {
    expect(mayBeChosen(value ?? X, votes, answered, grant)).toBe(expected);
  });

  it('binds to the value of the highest vote', () => {
    expect(bindingVote([vote(1, X), vote(2, Y)], 2, three)?.value).toBe(Y);
    expect(bindingVote([vote(2, X, 'a'), vote(2, Y, 'b')], 2, three)?.value).toBe(Y);
  });

  it('leaves a proposer free when nothing may be chosen', () => {
    expect(bindingVote([null, null], 2, three)).toBeNull();
    expect(bindingVote([vote(0, X), null, null], 3, three)).toBeNull();
  });

  it('is missed by whoever counts only votes of the highest ballot', () => {
    const votes = [vote(0), vote(3), null];
    expect(bindingVote(votes, 3, three)?.value).toBe(X);
    expect(bindingVote(votes, 3, three, { ...RULES, votesOfAnyBallotCount: false })).toBeNull();
  });
});
