import { describe, expect, it } from 'vitest';
import { formatBytes, formatClock, formatCount, formatMs, formatPercent, formatRate } from '../../../../runtime/cli/terminal/format.ts';
import { createOutput } from '../../../../runtime/cli/terminal/output.ts';
import { formatBar } from '../../../../runtime/cli/terminal/progress-bar.ts';
import { toSnakeCase } from '../../../../runtime/cli/terminal/snake-case.ts';
import { fitColumns, paintFor, plain, printable, widthOf } from '../../../../runtime/cli/terminal/style.ts';
import { formatPairs, formatTable } from '../../../../runtime/cli/terminal/table.ts';

describe('quantities', () => {
  it.each([[null, '–'], [0, '0 B'], [999, '999 B'], [1000, '0.98 KiB'], [1024, '1.00 KiB'], [15_000, '14.6 KiB'], [2 * 1024 ** 2, '2.00 MiB'], [3.5 * 1024 ** 4, '3.50 TiB']])('%s bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
  it.each([[null, '–'], [0.4, '0 ms'], [999, '999 ms'], [1234, '1.23 s'], [61_000, '1:01']])('%s ms read %s', (ms, text) => expect(formatMs(ms)).toBe(text));
  it.each([[0, '0:00'], [59.6, '1:00'], [3599, '59:59'], [3661, '1:01:01'], [-5, '0:00']])('%s seconds of video read %s', (seconds, text) => expect(formatClock(seconds)).toBe(text));
  it('carry their units', () => {
    expect([formatRate(2048), formatPercent(12.34, 1), formatCount(1, 'chunk'), formatCount(0, 'chunk')]).toEqual(['2.00 KiB/s', '12.3 %', '1 chunk', '0 chunks']);
  });
  it('fill a bar of a fixed width', () => {
    const widths = [0, 3, 33.3, 50, 99.9, 100, 150, -1].map((percent) => [...formatBar(percent)].length);
    expect(new Set(widths).size).toBe(1);
    expect(formatBar(100)).toContain('100 %');
    expect(formatBar(99.9)).toContain(' 99 %');
  });
});

describe('tables', () => {
  it('align by what is seen, not by the codes of colours', () => {
    const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
    const [head, first, second] = formatTable([{ title: 'A' }, { title: 'N', align: 'right' }, { title: 'Z' }], [[red('long one'), '5', 'x'], ['b', '500', 'y']], plain);
    expect(head).toBe('A           N  Z');
    expect(widthOf(first!)).toBe(widthOf(second!));
    expect(second).toBe('b         500  y');
  });
  it('put values on one left edge', () => expect(formatPairs([['a', '1'], ['long', '2']], plain)).toEqual(['a     1', 'long  2']));
});

describe('colours', () => {
  it('appear on a terminal, and not without one, with NO_COLOR, or on a dumb one', () => {
    expect(paintFor({ isTTY: true }, {})('bad', 'x')).toContain('\u001b[');
    expect(paintFor({}, {})('bad', 'x')).toBe('x');
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })('bad', 'x')).toBe('x');
    expect(paintFor({ isTTY: true }, { TERM: 'dumb' })('bad', 'x')).toBe('x');
  });
  it('of others are made harmless', () => {
    expect(printable('a\u001b[2Jb\r\n\u009b')).toBe('a·[2Jb···');
    expect(fitColumns('\u001b[31mabcdef\u001b[39m', 4)).toBe('abc…');
    expect(fitColumns('abc', 4)).toBe('abc');
  });
});

describe('output', () => {
  const open = (json: boolean, isTTY: boolean, columns = 40) => {
    let out = '';
    let err = '';
    const output = createOutput({ json, stdout: { isTTY, write: (text) => (out += text) }, stderr: { isTTY, columns, write: (text) => (err += text) }, env: {} });
    return { output, said: () => ({ out, err }) };
  };

  it('clears a status line before anything else is said, and shows none where nobody watches', () => {
    const watched = open(false, true);
    watched.output.status('working');
    watched.output.event('x', {}, ['done']);
    expect(watched.said()).toEqual({ out: 'done\n', err: '\r\u001b[2Kworking\r\u001b[2K' });
    const piped = open(false, false);
    piped.output.status('working');
    expect(piped.said().err).toBe('');
    const json = open(true, true);
    json.output.status('working');
    expect(json.said().err).toBe('');
  });

  it('keeps a status line to one line, also on a terminal that does not tell its width', () => {
    for (const columns of [40, 0]) {
      const { output, said } = open(false, true, columns);
      output.status('x'.repeat(500));
      expect(said().err.length).toBeLessThan((columns || 80) + 10);
    }
  });

  it('turns names into snake_case, but leaves those of others alone', () => {
    expect(toSnakeCase({ tookMs: 1, nodes: [{ nodeId: 'aB' }], details: { someKey: 1 }, fields: { otherKey: null }, already_snake: true, sha256: 'x' })).toEqual({
      took_ms: 1, nodes: [{ node_id: 'aB' }], details: { someKey: 1 }, fields: { otherKey: null }, already_snake: true, sha256: 'x',
    });
  });
});
