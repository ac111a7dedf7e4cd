import { describe, expect, it } from 'vitest';
import { AcceptHeader, ackMacText, formatBallot, Grant, grantMacText, learnMacText, parseBallot, valueText } from '../../../runtime/contract/paxos.ts';
import { decodeFrameHeader, encodeFrameStart, FRAME_HEADER_BYTES_MAX, FRAME_LENGTH_BYTES, frameHeaderBytes } from '../../../runtime/contract/paxos-frame.ts';
import { coded, hashOf, makeGrant, placed, uuidOf } from '../../fixtures/paxos.ts';

describe('ballots in text', () => {
  it('read back as they were written', () => {
    const ballot = { round: 12, proposer_id: 'up_1-x' };
    expect(formatBallot(ballot)).toBe('12.up_1-x');
    expect(parseBallot('12.up_1-x')).toEqual(ballot);
  });

  it.each(['', '1', '.a', '01.a', '-1.a', '1.a b', '1.', `1.${'a'.repeat(65)}`])('are refused when they are none: %j', (text) => {
    expect(parseBallot(text)).toBeUndefined();
  });
});

describe('a grant', () => {
  it('names k + m different stores', () => {
    expect(Grant.safeParse(makeGrant()).success).toBe(true);
    expect(Grant.safeParse(makeGrant({ m: 3, stores: makeGrant().stores })).success).toBe(false);
    const [first] = makeGrant().stores;
    expect(Grant.safeParse(makeGrant({ stores: [first!, first!, first!] })).success).toBe(false);
  });
});

describe('what a MAC covers', () => {
  const subject = { grant: makeGrant(), grantHash: hashOf('1'), valueHash: hashOf('2'), storeUuid: uuidOf(0) };

  it('changes with every field of a grant, but not with its MAC', () => {
    const texts = [
      {}, { incarnation: 'inc-2' }, { chunk_id: 'other' }, { generation: 1 }, { owner_id: 'other' }, { grant_seq: 8 }, { not_after: 1 },
      { stores: [...makeGrant().stores].reverse() }, { k: 2, m: 1 },
    ].map((change) => grantMacText({ ...makeGrant(), ...change }));
    expect(new Set(texts).size).toBe(texts.length);
    expect(grantMacText(makeGrant({ mac: hashOf('9') }))).toBe(grantMacText(makeGrant()));
  });

  it('tells kinds, ballots and stores apart', () => {
    const texts = [
      ackMacText({ ...subject, ballot: { round: 0, proposer_id: 'a' } }),
      ackMacText({ ...subject, ballot: { round: 1, proposer_id: 'a' } }),
      ackMacText({ ...subject, storeUuid: uuidOf(1), ballot: { round: 0, proposer_id: 'a' } }),
      learnMacText({ ...subject, closedThrough: 0 }),
      learnMacText({ ...subject, closedThrough: -1 }),
      learnMacText({ ...subject, valueHash: '', closedThrough: 0 }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('spells equal values alike and different ones differently', () => {
    const values = [placed('a'), placed('b'), { ...placed('a'), size_bytes: 1 }, coded('a'), coded('a', 4), { kind: 'ABORT' } as const, { kind: 'DELETED' } as const];
    expect(new Set(values.map(valueText)).size).toBe(values.length);
    expect(valueText(placed('a'))).toBe(valueText({ ...placed('a') }));
  });
});

describe('a frame', () => {
  const header = { grant: makeGrant(), ballot: { round: 3, proposer_id: 'p' }, value: placed('a'), piece: { index: 0, sha256: hashOf('a') } };

  it('carries its header through bytes and back', () => {
    const start = encodeFrameStart(header);
    const bytes = frameHeaderBytes(start);
    expect(start.length).toBe(FRAME_LENGTH_BYTES + bytes);
    expect(AcceptHeader.parse(decodeFrameHeader(start.subarray(FRAME_LENGTH_BYTES)))).toEqual(header);
  });

  it('begins with the length in big-endian', () => {
    expect([...encodeFrameStart({}).subarray(0, 6)]).toEqual([0, 0, 0, 2, 0x7b, 0x7d]);
  });

  it('escapes what is not ASCII', () => {
    const start = encodeFrameStart({ text: 'ü€😀' });
    expect(start.every((byte) => byte < 0x7f)).toBe(true);
    expect(decodeFrameHeader(start.subarray(4))).toEqual({ text: 'ü€😀' });
  });

  it.each([
    { title: 'too short for a length', bytes: [0, 0, 1] },
    { title: 'an empty header', bytes: [0, 0, 0, 0] },
    { title: 'a header of one byte', bytes: [0, 0, 0, 1] },
    { title: 'a header over the limit', bytes: [0, 0xff, 0xff, 0xff] },
  ])('is refused for $title', ({ bytes }) => {
    expect(() => frameHeaderBytes(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  it('is refused for a header that is not ASCII, or not JSON', () => {
    expect(() => decodeFrameHeader(Uint8Array.of(0x7b, 0xc3, 0x7d))).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(() => decodeFrameHeader(Uint8Array.of(0x7b, 0x7b))).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  it('has room for the largest grant and value', () => {
    const stores = Array.from({ length: 16 }, (_, index) => ({ node_id: 'n'.repeat(64), store_uuid: uuidOf(index) }));
    const grant = makeGrant({ k: 14, m: 2, stores, chunk_id: 'c'.repeat(200), owner_id: 'o'.repeat(64) });
    expect(encodeFrameStart({ ...header, grant, value: coded('a', 16) }).length).toBeLessThan(FRAME_HEADER_BYTES_MAX / 2);
  });
});
