import { describe, expect, it } from 'vitest';
import { compileSearch, SEARCHED_CHARS_MAX, searchedTextOf } from '../../../runtime/contract/log-search.ts';

const faultOf = (pattern: string): unknown => {
  try {
    compileSearch(pattern);
    return undefined;
  } catch (error) {
    return (error as { details: { position: number } }).details.position;
  }
};

describe('the search of log lines', () => {
  it.each([
    ['(ab', 0], ['(a)(b', 3], ['((a)', 0], ['a)b', 1], ['a**b', 2], ['*', 0], ['[a', 0], ['x[z-a]', 4], ['a{3,1}', 5], ['ab\\', 2], ['a|(?<n', 4],
  ])('finds the fault in %j at %i', (pattern, position) => expect(faultOf(pattern)).toBe(position));

  it('says in words what is wrong and where, counted as people do', () => {
    expect(() => compileSearch('a**b')).toThrow('Nothing to repeat, at position 3 ("*b")');
  });

  it('looks into message and fields, up to a length', () => {
    expect(searchedTextOf({ message: 'm', fields: { port: 7 } })).toBe('m {"port":7}');
    expect(searchedTextOf({ message: 'm' })).toBe('m');
    expect(searchedTextOf({ message: 'x'.repeat(4_000) })).toHaveLength(SEARCHED_CHARS_MAX);
  });
});
