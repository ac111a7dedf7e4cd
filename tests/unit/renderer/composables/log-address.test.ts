import { describe, expect, test } from 'vitest';
import { filterOfQuery, queryOfFilter } from '../../../../renderer/composables/log-address.ts';
import { allLines, SEARCH_CHARS_MAX } from '../../../../renderer/logs/filter.ts';

describe('the filter of a log in its address', () => {
  test('is empty for what is shown anyway', () => {
    expect([queryOfFilter(allLines), filterOfQuery({})]).toEqual([{}, allLines]);
  });
  test('is read as it was written', () => {
    const filter = { sources: ['node-3', 'metadata'], level: 'warn', search: 'time.?out|5\\d\\d', onlyMatches: true } as const;
    expect(filterOfQuery(queryOfFilter(filter))).toEqual(filter);
  });
  test('ignores what it does not understand, and takes a source named twice', () => {
    expect(filterOfQuery({ level: 'loud', source: ['node-1', null, 'node-2'], only: 'yes', search: 'x'.repeat(500) })).toEqual({ ...allLines, sources: ['node-1', 'node-2'], search: 'x'.repeat(SEARCH_CHARS_MAX) });
  });
});
