import { describe, expect, it } from 'vitest';
import type { AcceptorStatus, Grant, Value } from '../../../../runtime/contract/paxos.ts';
import { ABORT, DELETED } from '../../../../runtime/core/chunkpaxos/value.ts';
import { decideChunks, decideInstance, parseChunkId } from '../../../../runtime/services/metadata/rebuild-decisions.ts';
import type { Report } from '../../../../runtime/services/metadata/store/reports.ts';

const placed = (letter: string): Value => ({ kind: 'PLACED', sha256: letter.repeat(64), size_bytes: 1, fragment_sha256: [] });
const A = placed('a');
const B = placed('b');

const grantOf = (generation: number): Grant => ({
  incarnation: 'old',
  chunk_id: 'vid-1-chunk-000',
  generation,
  stores: [0, 1, 2].map((index) => ({ node_id: `n${index}`, store_uuid: String(index).repeat(32) })),
  k: 1,
  m: 2,
  owner_id: 'owner',
  grant_seq: generation + 1,
  not_after: 100,
  mac: '0'.repeat(64),
});

/** What store `index` says: the round of its vote and the value, what it learned, whether it was closed. */
interface Word {
  vote?: [round: number, value: Value];
  chosen?: Value;
  closed?: boolean;
  holds?: Value;
}
const report = (index: number, { vote, chosen, closed = false, holds = vote?.[1] }: Word, generation = 0): Report => {
  const status: AcceptorStatus = {
    instance: `vid-1-chunk-000.g${generation}`,
    store_uuid: String(index).repeat(32),
    grant: grantOf(generation),
    promised: { round: vote?.[0] ?? 0, proposer_id: 'owner' },
    accepted: vote ? { ballot: { round: vote[0], proposer_id: 'p' }, value: vote[1] } : null,
    held: holds?.kind === 'PLACED' ? [{ index: 0, sha256: holds.sha256 }] : [],
    chosen: chosen ?? null,
    closed,
  };
  return { chunkId: 'vid-1-chunk-000', generation, incarnation: 'old', nodeId: `n${index}`, videoId: 'vid-1', status };
};

describe('decideInstance', () => {
  const cases: [title: string, words: (Word | undefined)[], value: Value | null][] = [
    ['a store was told', [{ chosen: A, holds: A }, {}, {}], A],
    ['two voted for the same at one ballot', [{ vote: [0, A] }, { vote: [0, A] }, {}], A],
    ['two voted for the same at different ballots', [{ vote: [0, A] }, { vote: [2, A] }, {}], A],
    ['one voted and the others are known not to have', [{ vote: [0, A] }, {}, {}], null],
    ['one voted and one has not spoken', [{ vote: [0, A] }, {}, undefined], A],
    ['one voted and two have not spoken', [{ vote: [0, A] }, undefined, undefined], A],
    ['two disagree and the third has not spoken: the later ballot is the safe one', [{ vote: [0, A] }, { vote: [1, B] }, undefined], B],
    ['nobody voted', [{}, {}, {}], null],
    ['ABORT was chosen', [{ chosen: ABORT }, {}, {}], ABORT],
    ['DELETED was voted for by two', [{ vote: [0, DELETED] }, { vote: [0, DELETED] }, {}], DELETED],
    ['it was closed undecided', [{ vote: [0, A], closed: true }, { vote: [0, A], closed: true }, {}], null],
    ['it was closed after it was decided', [{ vote: [0, A], chosen: A, closed: true }, { closed: true }, {}], A],
  ];
  it.each(cases)('%s', (_, words, value) => {
    const reports = words.flatMap((word, index) => (word ? [report(index, word)] : []));
    expect(decideInstance(reports)?.value).toEqual(value);
  });

  it('counts only stores that hold the chosen bytes as holders', () => {
    const decided = decideInstance([report(0, { vote: [0, A] }), report(1, { chosen: A, holds: B }), report(2, { vote: [1, A] })]);
    expect(decided?.holders.map(({ nodeId }) => nodeId)).toEqual(['n0', 'n2']);
  });

  it('ignores a store that the grant does not name', () => {
    expect(decideInstance([report(0, {}), report(1, {}), report(2, {}), report(9, { vote: [0, A] })])?.value).toBeNull();
  });
});

describe('decideChunks', () => {
  it('takes the highest generation that has a value', () => {
    const moved = [report(0, { chosen: A }), report(1, { chosen: A }), report(0, { chosen: A }, 1), report(0, {}, 2), report(1, {}, 2), report(2, {}, 2)];
    const [history] = decideChunks(moved);
    expect(history!.row?.grant.generation).toBe(1);
    expect(history!.instances.map(({ grant }) => grant.generation)).toEqual([2, 1, 0]);
  });

  it('passes over an aborted generation', () => {
    const [history] = decideChunks([report(0, { chosen: A }), report(0, { chosen: ABORT }, 1)]);
    expect(history!.row?.grant.generation).toBe(0);
  });

  it('has no row for a chunk of which nothing was decided', () => {
    expect(decideChunks([report(0, {}), report(1, {}), report(2, {})])[0]!.row).toBeUndefined();
  });
});

describe('parseChunkId', () => {
  it.each([
    ['vid-0123456789ab-chunk-000', { videoId: 'vid-0123456789ab', kind: 'chunk', sequenceNum: 0 }],
    ['vid-0123456789ab-chunk-1234', { videoId: 'vid-0123456789ab', kind: 'chunk', sequenceNum: 1234 }],
    ['vid-1-manifest-7', { videoId: 'vid-1', kind: 'manifest', sequenceNum: 7 }],
    ['a-chunk-b-chunk-001', { videoId: 'a-chunk-b', kind: 'chunk', sequenceNum: 1 }],
    ['my.chunk', undefined],
    ['vid-1-chunk-', undefined],
  ])('%s', (chunkId, expected) => {
    expect(parseChunkId(chunkId)).toEqual(expected);
  });
});
