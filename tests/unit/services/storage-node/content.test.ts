import { describe, expect, it } from 'vitest';
import type { Value } from '../../../../runtime/contract/paxos.ts';
import { initialAcceptorState, type AcceptorState } from '../../../../runtime/core/chunkpaxos/acceptor.ts';
import { decodeRecord, encodeRecord } from '../../../../runtime/services/storage-node/acceptor/record.ts';
import { contentIdOf, standingOf } from '../../../../runtime/services/storage-node/content.ts';
import { createKeyListing } from '../../../../runtime/services/storage-node/listing.ts';
import { conditionOf, healthStatus } from '../../../../runtime/services/storage-node/status.ts';
import { createMemoryStore } from '../../../fixtures/memory-store.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { FAST, makeGrant } from '../../../fixtures/storage-node.ts';

const sha = (letter: string): string => letter.repeat(64);
const value = (letter: string): Value => ({ kind: 'PLACED', sha256: sha(letter), size_bytes: 1, fragment_sha256: [] });
const state = (generation: number, overrides: Partial<AcceptorState> = {}): AcceptorState => ({
  ...initialAcceptorState(makeGrant('0'.repeat(32), { generation, grant_seq: 10 + generation })),
  ...overrides,
});
const accepted = (letter: string) => ({ accepted: { ballot: FAST, value: value(letter) }, held: [{ index: 0, sha256: sha(letter) }] });
const wanted = contentIdOf('vid-1-chunk-000');
const standing = (states: AcceptorState[], generation?: number) => {
  const { level, candidates } = standingOf(states, wanted, generation);
  return [level, ...candidates.map(({ piece }) => piece.sha256[0])].join(' ');
};

describe('what an id stands for', () => {
  it.each<[string, AcceptorState[], string]>([
    ['nothing known', [], 'none'],
    ['staged, the newest first', [state(0, { held: [{ index: 0, sha256: sha('a') }, { index: 0, sha256: sha('b') }] })], 'staged b a'],
    ['accepted over staged', [state(0, accepted('a')), state(1, { held: [{ index: 0, sha256: sha('b') }] })], 'accepted a'],
    ['the newest accepted', [state(0, accepted('a')), state(1, accepted('b'))], 'accepted b a'],
    ['committed over a newer accepted', [state(0, { ...accepted('a'), chosen: value('a') }), state(1, accepted('b'))], 'committed a'],
    ['the newest committed', [state(1, { chosen: value('b') }), state(0, { chosen: value('a'), closed: true })], 'committed b a'],
    ['nothing of an aborted generation', [state(0, { ...accepted('a'), chosen: { kind: 'ABORT' } })], 'none'],
    ['nothing beneath a deletion', [state(1, { chosen: { kind: 'DELETED' } }), state(0, { chosen: value('a') })], 'committed'],
    ['nothing of a generation closed undecided', [state(0, { ...accepted('a'), closed: true })], 'none'],
  ])('%s', (_, states, expected) => {
    expect(standing(states)).toBe(expected);
  });

  it('is looked up in one generation when it is named', () => {
    const states = [state(0, { chosen: value('a') }), state(1, accepted('b'))];
    expect(standing(states, 1)).toBe('accepted b');
    expect(standing(states, 0)).toBe('committed a');
    expect(standing(states, 2)).toBe('none');
  });

  it('tells fragments from chunks by their id', () => {
    expect(contentIdOf('v-chunk-001-frag-4')).toEqual({ id: 'v-chunk-001-frag-4', chunkId: 'v-chunk-001', fragmentIndex: 4 });
    expect(contentIdOf('v-chunk-001-frag-x')).toEqual({ id: 'v-chunk-001-frag-x', chunkId: 'v-chunk-001-frag-x' });
    expect(contentIdOf('-frag-1')).toEqual({ id: '-frag-1', chunkId: '-frag-1' });
  });
});

describe('the acceptor record', () => {
  it('reads back what was written', () => {
    const states = new Map([state(0, accepted('a')), state(1, { closed: true })].map((each) => [`inc-1/vid-1-chunk-000.g${each.grant.generation}`, each]));
    const record = { states, lost: { incarnation: 'inc-1', grant_seq: 7 }, deleted: true };
    expect(decodeRecord('x', encodeRecord(record))).toEqual(record);
  });

  it.each(['', '{', '{"v":2,"states":[]}', '{"v":1,"states":[{}]}', '[]'])('refuses %j as corrupt', (text) => {
    expect(() => decodeRecord('x', Buffer.from(text))).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});

describe('a key listing', () => {
  const keys = ['b1', 'a3', 'a1', 'c', 'a2', 'b2'];
  it('pages in order, within a prefix, and begins anew with a fresh look', () => {
    const live = [...keys];
    const listing = createKeyListing(() => live, createManualClock());
    expect(listing.page({ prefix: '', after: '', limit: 4 })).toEqual({ keys: ['a1', 'a2', 'a3', 'b1'], next: 'b1' });
    expect(listing.page({ prefix: '', after: 'b1', limit: 4 })).toEqual({ keys: ['b2', 'c'], next: null });
    expect(listing.page({ prefix: 'a', after: '', limit: 3 })).toEqual({ keys: ['a1', 'a2', 'a3'], next: null });
    expect(listing.page({ prefix: 'a', after: 'a1', limit: 1 })).toEqual({ keys: ['a2'], next: 'a2' });
    expect(listing.page({ prefix: 'b', after: 'a9', limit: 9 })).toEqual({ keys: ['b1', 'b2'], next: null });
    live.push('a0');
    expect(listing.page({ prefix: 'a', after: '', limit: 1 })).toEqual({ keys: ['a0'], next: 'a0' });
    expect(listing.page({ prefix: 'zz', after: '', limit: 1 })).toEqual({ keys: [], next: null });
  });
});

describe('the node\'s condition', () => {
  it.each([[0, 'healthy'], [84.9, 'healthy'], [85, 'warning'], [95, 'warning'], [95.1, 'critical']] as const)('at %d %% is %s', (diskUsagePercent, expected) => {
    expect(healthStatus({ diskUsagePercent })).toBe(expected);
  });

  it('names the worst for the metadata service', () => {
    const health = createMemoryStore().health();
    expect(conditionOf(health)).toBe('ok');
    expect(conditionOf({ ...health, damageCount: 1 })).toBe('damaged');
    expect(conditionOf({ ...health, damageCount: 1, full: true })).toBe('disk_full');
    expect(conditionOf({ ...health, full: true, writable: false })).toBe('read_only');
  });
});
