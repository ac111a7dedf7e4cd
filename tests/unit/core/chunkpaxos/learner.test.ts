import { describe, expect, it } from 'vitest';
import type { Certificate, Value } from '../../../../runtime/contract/paxos.ts';
import { judgeCertificate } from '../../../../runtime/core/chunkpaxos/certificate.ts';
import { collectableThrough, EMPTY_LEDGER, stepLearner } from '../../../../runtime/core/chunkpaxos/learner.ts';
import type { Ledger, LearnerInput } from '../../../../runtime/core/chunkpaxos/learner.ts';
import { planRecovery } from '../../../../runtime/core/chunkpaxos/recovery.ts';
import { ABORT, DELETED } from '../../../../runtime/core/chunkpaxos/value.ts';
import { coded, erasureGrant, hashOf, makeGrant, placed, uuidOf } from '../../../fixtures/paxos.ts';

const X = placed('a');
const Y = placed('b');

/** Runs inputs one after the other; the ledger after them, and what the last one was answered with. */
const run = (...inputs: LearnerInput[]): { ledger: Ledger; told: string[] } => {
  let ledger = EMPTY_LEDGER;
  let told: string[] = [];
  for (const input of inputs) {
    const effects = stepLearner(ledger, input);
    for (const effect of effects) if (effect.kind === 'persist') ledger = effect.ledger;
    told = effects.map((effect) => (effect.kind === 'refuse' ? `refuse ${effect.reason}` : effect.kind === 'grant' ? `grant ${effect.generation}` : effect.kind));
  }
  return { ledger, told };
};
const issue = (after: number, value: Value | null = null): LearnerInput => ({ type: 'ISSUE', after, sha256: value?.kind === 'PLACED' ? value.sha256 : null });
const commit = (generation: number, value: Value): LearnerInput => ({ type: 'COMMIT', generation, value });

describe('granting', () => {
  it('makes one grant per generation and gives it to everyone who asks', () => {
    expect(run(issue(-1)).told).toEqual(['persist', 'grant 0']);
    expect(run(issue(-1), issue(-1)).told).toEqual(['grant 0']);
  });

  it('closes the generations before a new one', () => {
    const { ledger, told } = run(issue(-1), issue(0));
    expect(told).toEqual(['persist', 'grant 1']);
    expect(ledger).toMatchObject({ issued: 1, closedThrough: 0 });
    expect(run(issue(-1), issue(0), commit(0, X)).told).toEqual(['refuse generation_closed']);
  });

  it('skips no generation', () => {
    expect(run(issue(-1), issue(3)).told).toEqual(['refuse not_granted']);
  });

  it('opens a generation after a commit for the same bytes only', () => {
    expect(run(issue(-1), commit(0, X), issue(0, X)).told).toEqual(['persist', 'grant 1']);
    expect(run(issue(-1), commit(0, X), issue(0, Y)).told).toEqual(['refuse conflict']);
    expect(run(issue(-1), commit(0, X), issue(0)).told).toEqual(['refuse conflict']);
  });

  it('sends whoever brings other bytes during a move to the generation where the decision is known', () => {
    expect(run(issue(-1), commit(0, X), issue(0, X), issue(-1, Y)).told).toEqual(['grant 0']);
    expect(run(issue(-1), commit(0, X), issue(0, X), issue(0, Y)).told).toEqual(['refuse conflict']);
    expect(run(issue(-1), commit(0, X), issue(0, X), issue(-1, X)).told).toEqual(['grant 1']);
  });
});

describe('committing', () => {
  it('makes the row durable, then answers and tells the stores', () => {
    const { ledger, told } = run(issue(-1), commit(0, X));
    expect(told).toEqual(['persist', 'committed', 'learn']);
    expect(ledger.row).toEqual({ generation: 0, value: X });
    const effects = stepLearner(run(issue(-1)).ledger, commit(0, X));
    for (const effect of effects) if ('afterPersist' in effect) expect(effect.afterPersist).toBe(true);
  });

  it('answers a repeated COMMIT as the first one, also once its generation is closed', () => {
    expect(run(issue(-1), commit(0, X), commit(0, X)).told).toEqual(['committed', 'learn']);
    expect(run(issue(-1), commit(0, X), issue(0, X), commit(0, X)).told).toEqual(['committed', 'learn']);
  });

  it('closes a generation by ABORT without a row', () => {
    const { ledger, told } = run(issue(-1), commit(0, ABORT));
    expect(told).toEqual(['persist', 'committed', 'learn']);
    expect(ledger).toMatchObject({ row: null, closedThrough: 0, aborted: [0] });
    expect(run(issue(-1), commit(0, ABORT), commit(0, ABORT)).told).toEqual(['committed', 'learn']);
    expect(run(issue(-1), commit(0, ABORT), issue(0), commit(1, X)).ledger.row).toEqual({ generation: 1, value: X });
  });

  it('moves a row to a new generation, and never to other bytes', () => {
    expect(run(issue(-1), commit(0, X), issue(0, X), commit(1, X)).ledger.row).toEqual({ generation: 1, value: X });
    expect(run(issue(-1), commit(0, X), issue(0, X), commit(1, Y)).told).toEqual(['refuse conflict']);
  });

  it('may change how the same bytes are cut', () => {
    const cut = { ...coded('a'), sha256: X.sha256, size_bytes: X.size_bytes };
    expect(run(issue(-1), commit(0, X), issue(0, X), commit(1, cut)).ledger.row).toEqual({ generation: 1, value: cut });
  });

  it('refuses what was never granted', () => {
    expect(run(commit(0, X)).told).toEqual(['refuse not_granted']);
  });

  it('takes DELETED for a manifest version', () => {
    expect(run(issue(-1), commit(0, DELETED)).ledger.row).toEqual({ generation: 0, value: DELETED });
  });
});

describe('what may be collected', () => {
  it('spares the row\'s own generation while a move is under way, also after an aborted one', () => {
    expect(collectableThrough(run(issue(-1), issue(0)).ledger)).toBe(0);
    expect(collectableThrough(run(issue(-1), commit(0, X), issue(0, X)).ledger)).toBe(-1);
    expect(collectableThrough(run(issue(-1), commit(0, X), issue(0, X), commit(1, ABORT)).ledger)).toBe(-1);
    expect(collectableThrough(run(issue(-1), commit(0, X), issue(0, X), commit(1, X)).ledger)).toBe(0);
  });
});

describe('a store that asks for recovery', () => {
  it('is told what is known, closed where nothing will be known, and else recovered', () => {
    expect(planRecovery(run(issue(-1), commit(0, X)).ledger, 0)).toEqual({ kind: 'tell' });
    expect(planRecovery(run(issue(-1), commit(0, ABORT)).ledger, 0)).toEqual({ kind: 'tell' });
    expect(planRecovery(run(issue(-1), issue(0)).ledger, 0)).toEqual({ kind: 'close' });
    expect(planRecovery(run(issue(-1)).ledger, 0)).toEqual({ kind: 'run' });
  });
});

describe('a certificate', () => {
  const certificate = (overrides: Partial<Certificate> = {}): Certificate => ({
    grant: makeGrant(),
    ballot: { round: 0, proposer_id: 'owner' },
    value: X,
    acks: [0, 1].map((store) => ({ store_uuid: uuidOf(store), mac: hashOf('1') })),
    ...overrides,
  });
  const acks = (...stores: number[]): Certificate['acks'] => stores.map((store) => ({ store_uuid: uuidOf(store), mac: hashOf('1') }));

  it.each([
    { title: 'holds with Q2 votes', given: {}, verdict: 'valid' },
    { title: 'holds with more', given: { acks: acks(0, 1, 2) }, verdict: 'valid' },
    { title: 'fails with fewer', given: { acks: acks(1) }, verdict: 'too_few' },
    { title: 'counts a store once', given: { acks: acks(1, 1) }, verdict: 'too_few' },
    { title: 'fails with a vote from outside the grant', given: { acks: acks(0, 1, 9) }, verdict: 'foreign_store' },
    { title: 'of round 0 is the owner\'s', given: { ballot: { round: 0, proposer_id: 'z' } }, verdict: 'round_zero' },
    { title: 'of round 0 never aborts', given: { value: ABORT }, verdict: 'round_zero' },
    { title: 'of a higher round may be anyone\'s', given: { ballot: { round: 3, proposer_id: 'z' }, value: ABORT }, verdict: 'valid' },
    { title: 'of an erasure-coded grant needs fragments', given: { grant: erasureGrant(), acks: acks(0, 1, 2, 3) }, verdict: 'wrong_shape' },
    { title: 'of an erasure-coded grant needs four votes', given: { grant: erasureGrant(), value: coded('c'), acks: acks(0, 1, 2) }, verdict: 'too_few' },
  ])('$title', ({ given, verdict }) => {
    expect(judgeCertificate(certificate(given as Partial<Certificate>))).toBe(verdict);
  });
});
