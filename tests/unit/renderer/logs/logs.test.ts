import { describe, expect, test } from 'vitest';
import { isGap, type LogEntry, withGaps } from '../../../../renderer/logs/entry.ts';
import { allLines, compileSearch, createJudge, type LogFilter, piecesOfText, SEARCH_CHARS_MAX } from '../../../../renderer/logs/filter.ts';
import { createLineIndex } from '../../../../renderer/logs/line-index.ts';
import { createLineRing } from '../../../../renderer/logs/line-ring.ts';
import { createOrdinalList } from '../../../../renderer/logs/ordinal-list.ts';
import { entryText, fieldsText, gapText, logTime } from '../../../../renderer/logs/text.ts';
import { scrollPxTo, windowOf } from '../../../../renderer/logs/viewport.ts';
import type { LogLine } from '../../../../runtime/contract/control/logs.ts';
import { logCalls } from '../../../../runtime/contract/control/logs.ts';

const line = (sequence: number, overrides: Partial<LogLine> = {}): LogLine => ({ sequence, atMs: sequence * 10, level: 'info', source: 'node-1', message: `line ${sequence}`, ...overrides });
const lines = (from: number, count: number): LogLine[] => Array.from({ length: count }, (_, index) => line(from + index));
const judgeOf = (filter: Partial<LogFilter>) => {
  const full = { ...allLines, ...filter };
  return createJudge(full, compileSearch(full.search));
};
const gapCounts = (entries: readonly LogEntry[]): (number | string)[] => entries.map((entry) => (isGap(entry) ? entry.gapCount : entry.message));

describe('gaps', () => {
  test('stand where sequence numbers are missing', () => {
    expect(gapCounts(withGaps([line(5), line(6), line(10)], 0, 4, 0))).toEqual(['line 5', 'line 6', 3, 'line 10']);
    expect(gapCounts(withGaps([line(8)], 3, 4, 0))).toEqual([3, 'line 8']);
  });
  test('of lines that were dropped before they got a number stand in front', () => {
    expect(gapCounts(withGaps([line(5)], 7, 4, 0))).toEqual([7, 'line 5']);
    expect(gapCounts(withGaps([line(8)], 5, 4, 0))).toEqual([2, 3, 'line 8']);
  });
  test('before the very first line are none', () => expect(gapCounts(withGaps([line(900)], 0, null, 0))).toEqual(['line 900']));
});

describe('the ring', () => {
  test('keeps the youngest, and ordinals go on', () => {
    const ring = createLineRing(3);
    ring.append(lines(1, 5));
    expect([ring.first, ring.end]).toEqual([2, 5]);
    expect(gapCounts([2, 3, 4].map((ordinal) => ring.at(ordinal)))).toEqual(['line 3', 'line 4', 'line 5']);
  });
  test('frozen, it stays as it was', () => {
    const ring = createLineRing(3);
    ring.append(lines(1, 4));
    const frozen = ring.freeze();
    ring.append(lines(5, 3));
    expect([frozen.first, frozen.end, gapCounts([frozen.at(1), frozen.at(3)])]).toEqual([1, 4, ['line 2', 'line 4']]);
  });
  test('cleared, it is empty and goes on', () => {
    const ring = createLineRing(3);
    ring.append(lines(1, 4));
    ring.clear();
    expect(ring.end - ring.first).toBe(0);
    ring.append(lines(5, 1));
    expect(gapCounts([ring.at(ring.first)])).toEqual(['line 5']);
  });
});

describe('the filter', () => {
  test('shows a level and those above it', () => {
    const judge = judgeOf({ level: 'warn' });
    expect([line(1), line(2, { level: 'warn' }), line(3, { level: 'error' })].map(judge)).toEqual(['hidden', 'shown', 'shown']);
  });
  test('shows the chosen processes, and gaps whatever is chosen', () => {
    const judge = judgeOf({ sources: ['node-2', 'metadata'] });
    expect([line(1), line(2, { source: 'metadata' }), { gapCount: 3, atMs: 1 }].map(judge)).toEqual(['hidden', 'shown', 'shown']);
  });
  test('finds in messages and fields, ignoring case, the same line as often as it is asked', () => {
    const judge = judgeOf({ search: 'TIME.?out' });
    const found = line(1, { message: 'a timeout' });
    expect([judge(found), judge(found), judge(line(2)), judge(line(3, { fields: { code: 'time_out' } }))]).toEqual(['found', 'found', 'shown', 'found']);
  });
  test('hides the rest when only matches are wanted', () => {
    const judge = judgeOf({ search: 'x', onlyMatches: true });
    expect([judge(line(1)), judge(line(2, { message: 'x' })), judge({ gapCount: 1, atMs: 1 })]).toEqual(['hidden', 'found', 'hidden']);
  });
  test('tells what is wrong with a pattern, and finds nothing by it', () => {
    const search = compileSearch('(');
    expect(search.problem).toContain('Unterminated group');
    expect(createJudge({ ...allLines, search: '(' }, search)(line(1))).toBe('shown');
  });
  test('cuts a text where the pattern matches, and is not caught by one that matches nothing', () => {
    expect(piecesOfText('a timeout at 10', /\d+|time/gi)).toEqual([{ text: 'a ', isMatch: false }, { text: 'time', isMatch: true }, { text: 'out at ', isMatch: false }, { text: '10', isMatch: true }]);
    expect(piecesOfText('abc', /x*/gi)).toEqual([{ text: 'abc', isMatch: false }]);
    expect(piecesOfText('', /a/gi)).toEqual([{ text: '', isMatch: false }]);
  });
  test('the bound on a search is the contract\'s', () => {
    expect(logCalls['logs:query'].input.safeParse({ search: 'x'.repeat(SEARCH_CHARS_MAX) }).success).toBe(true);
    expect(logCalls['logs:query'].input.safeParse({ search: 'x'.repeat(SEARCH_CHARS_MAX + 1) }).success).toBe(false);
  });
});

describe('ordinals', () => {
  test('grow at both ends and are found by value', () => {
    const list = createOrdinalList();
    [10, 12, 15].forEach(list.pushYounger);
    [7, 3].forEach(list.pushOlder);
    expect(Array.from({ length: list.count }, (_, position) => list.at(position))).toEqual([3, 7, 10, 12, 15]);
    expect([0, 7, 8, 15, 16].map(list.positionOf)).toEqual([0, 1, 2, 4, 5]);
    list.trim(11);
    expect([list.count, list.at(0), list.at(1)]).toEqual([2, 12, 15]);
  });
  test('stay right while many more come and go than are kept', () => {
    const list = createOrdinalList();
    for (let ordinal = 0; ordinal < 100_000; ordinal++) {
      list.pushYounger(ordinal);
      list.trim(ordinal - 9);
    }
    expect([list.count, list.at(0), list.at(9), list.positionOf(99_995)]).toEqual([10, 99_990, 99_999, 5]);
  });
});

describe('the index', () => {
  const shownOf = ({ shown }: ReturnType<typeof createLineIndex>): number[] => Array.from({ length: shown.count }, (_, position) => shown.at(position));

  test('judges what is there from the youngest back, in slices, and what comes as it comes', () => {
    const ring = createLineRing(1_000);
    ring.append(lines(0, 600));
    const index = createLineIndex();
    index.reset(ring, (entry) => (!isGap(entry) && entry.sequence % 100 === 0 ? 'found' : 'hidden'), 0);
    index.scan(() => true);
    expect([index.isComplete, shownOf(index)]).toEqual([false, [400, 500]]);
    ring.append(lines(600, 1));
    index.follow();
    index.scan(() => false);
    expect([index.isComplete, shownOf(index), index.found.count]).toEqual([true, [0, 100, 200, 300, 400, 500, 600], 7]);
  });
  test('forgets what the ring forgot, and what was cleared', () => {
    const ring = createLineRing(10);
    ring.append(lines(0, 10));
    const index = createLineIndex();
    index.reset(ring, () => 'shown', 4);
    index.scan(() => false);
    expect(shownOf(index)).toEqual([4, 5, 6, 7, 8, 9]);
    ring.append(lines(10, 7));
    index.follow();
    expect(shownOf(index)[0]).toBe(7);
  });
  test('far behind, it begins anew at the end instead of judging all at once', () => {
    const ring = createLineRing(50_000);
    const index = createLineIndex();
    index.reset(ring, () => 'shown', 0);
    ring.append(lines(0, 20_000));
    index.follow();
    expect([index.shown.count, index.isComplete]).toEqual([0, false]);
    index.scan(() => false);
    expect([index.shown.count, index.isComplete]).toEqual([20_000, true]);
  });
});

describe('the window', () => {
  const viewport = { lineCount: 10_000, linePx: 20, heightPx: 400, scrollPx: 0 };

  test('is plain scrolling for lines of one height', () => {
    for (const scrollPx of [0, 12_345, 199_600]) {
      const { start, end, anchor, anchorPx } = windowOf({ ...viewport, scrollPx });
      expect((anchor.position + anchor.part) * 20).toBeCloseTo(anchorPx, 6);
      expect(start * 20).toBeLessThanOrEqual(scrollPx);
      expect(end * 20).toBeGreaterThanOrEqual(scrollPx + 400);
      expect(end - start).toBeLessThan(40);
    }
  });
  test('ends with the last line, whose end is held at the end', () => {
    const { end, anchor, anchorPx } = windowOf({ ...viewport, scrollPx: Infinity });
    expect([end, anchor.position, anchor.part, anchorPx]).toEqual([10_000, 9_999, 1, 200_000]);
  });
  test('of an empty log is empty', () => expect(windowOf({ ...viewport, lineCount: 0 })).toMatchObject({ start: 0, end: 0 }));
  test('is scrolled to a line so that it stands in the middle, as far as there is room', () => {
    expect([0, 5_000, 9_999].map((position) => scrollPxTo(position, viewport))).toEqual([0, 99_810, 199_600]);
  });
});

describe('as text', () => {
  test('times have milliseconds, fields keep their kind', () => {
    expect(logTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
    expect(fieldsText({ code: 'timeout', took: 12, hosts: ['a'] })).toBe('code=timeout took=12 hosts=["a"]');
    expect(fieldsText({ launchMs: 188.30614100000003, steps: [{ tookMs: 0.1 + 0.2 }] })).toBe('launchMs=188.306 steps=[{"tookMs":0.3}]');
    expect([gapText(1), gapText(31_200)]).toEqual(['1 line was left out', '31,200 lines were left out']);
  });
  test('a line is copied whole', () => {
    expect(entryText(line(1, { atMs: 0, level: 'warn', fields: { port: 80 } }))).toBe('1970-01-01T00:00:00.000Z WARN  node-1 line 1 port=80');
  });
});

describe('an expression that could run away', () => {
  test.each(['(a+)+$', '(a*)*', '(?:x|xy)+z', '((ab)+c)*', '(a{2,})+', '(\\w+\\s?)+$'])('%s is refused in words before it holds the page up', (search) => {
    expect(compileSearch(search)).toMatchObject({ pattern: null, problem: expect.stringContaining('repeated group') });
  });

  test.each(['timeout|5\\d\\d', '(foo|bar)', '(abc)+', 'a+b*', '[(a+)]+', '\\(a+\\)+', 'x{1,3}y+', '(?<code>\\d+) ms'])('%s is none', (search) => {
    expect(compileSearch(search).pattern).not.toBeNull();
  });
});
