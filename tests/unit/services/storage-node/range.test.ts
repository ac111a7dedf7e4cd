import { describe, expect, it } from 'vitest';
import { isNoneMatchHit, isRangeCurrent } from '../../../../runtime/services/storage-node/http/conditions.ts';
import { chooseRange } from '../../../../runtime/services/storage-node/http/range.ts';

const SIZE = 1000;
const part = (start: number, end: number) => ({ kind: 'part', start, end });
const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };

describe('a Range header', () => {
  it.each([
    [undefined, whole],
    ['bytes=0-0', part(0, 1)],
    ['bytes=0-999', part(0, 1000)],
    ['bytes=10-19', part(10, 20)],
    ['bytes=990-', part(990, 1000)],
    ['bytes=990-5000', part(990, 1000)],
    ['bytes=-10', part(990, 1000)],
    ['bytes=-5000', part(0, 1000)],
    ['bytes=999-', part(999, 1000)],
    ['BYTES=0-1', part(0, 2)],
    ['bytes= 0-1 ', part(0, 2)],
    ['bytes=99999999999999999999-', unsatisfiable],
    ['bytes=1000-', unsatisfiable],
    ['bytes=1000-2000', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    ['bytes=20-10', whole],
    ['bytes=0-1,5-6', whole],
    ['bytes=a-b', whole],
    ['bytes=-', whole],
    ['bytes=1.5-2', whole],
    ['items=0-1', whole],
    ['', whole],
  ])('%s of 1,000 bytes means %o', (header, expected) => {
    expect(chooseRange(header, SIZE)).toEqual(expected);
  });

  it('is never satisfiable by suffix when there are no bytes', () => {
    expect(chooseRange('bytes=-1', 0)).toEqual(unsatisfiable);
    expect(chooseRange('bytes=0-', 0)).toEqual(unsatisfiable);
  });
});

describe('conditional headers', () => {
  const etag = '"abc"';
  it.each([
    [undefined, false],
    ['"abc"', true],
    ['W/"abc"', true],
    ['"x", "abc"', true],
    ['*', true],
    ['"x"', false],
    ['abc', false],
  ])('If-None-Match %s hits: %s', (header, expected) => {
    expect(isNoneMatchHit(header, etag)).toBe(expected);
  });

  it.each([
    [undefined, true],
    ['"abc"', true],
    ['W/"abc"', false],
    ['"x"', false],
    ['Mon, 23 Nov 2026 02:14:17 GMT', false],
  ])('If-Range %s lets the range stand: %s', (header, expected) => {
    expect(isRangeCurrent(header, etag)).toBe(expected);
  });
});
