import { describe, expect, it } from 'vitest';
import { RULES } from '../../../../runtime/core/chunkpaxos/rules.ts';
import { explore } from '../../../../runtime/lab/sim/exhaustive.ts';

/** Into SHAPES. */
const THREE_REPLICAS = 0;
const TWO_REPLICAS = 2;
const ONE_REPLICA = 3;
const ERASURE_2_2 = 4;

describe('every behaviour of a small configuration agrees', () => {
  // The counts are pinned: another number of states means that the protocol, or the model of its network, has changed.
  it.each([
    { title: 'three replicas, ballots 0–2', shape: THREE_REPLICAS, ballotCount: 3, states: 72_901, decidedStates: 58_471 },
    { title: 'two replicas, ballots 0–2', shape: TWO_REPLICAS, ballotCount: 3, states: 4553, decidedStates: 2537 },
    { title: 'one replica, ballots 0–2', shape: ONE_REPLICA, ballotCount: 3, states: 75, decidedStates: 43 },
    { title: 'erasure 2+2, ballots 0–1', shape: ERASURE_2_2, ballotCount: 2, states: 88_853, decidedStates: 38_765 },
  ])('$title: $states states', ({ shape, ballotCount, states, decidedStates }) => {
    expect(explore({ shape, ballotCount })).toEqual({ states, decidedStates, violation: null });
  });
});

describe('the exhaustive walk finds what a missing rule breaks', () => {
  it.each(['mayBeChosenIsAdopted', 'promiseIsHonoured', 'highestBallotIsAdopted', 'votesOfAnyBallotCount'] as const)('%s', (rule) => {
    expect(explore({ rules: { ...RULES, [rule]: false } }).violation).not.toBeNull();
  });
});
