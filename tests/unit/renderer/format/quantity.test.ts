import { describe, expect, test } from 'vitest';
import { bytes, bytesRate, clock, dateTime, megabits, NOTHING, percent, plural, remaining, span } from '../../../../renderer/format/quantity.ts';
import { nodeColourOf, nodeNumberOf } from '../../../../renderer/theme/nodes.ts';

const text = ({ value, unit }: { value: string; unit: string }): string => `${value} ${unit}`.trim();

describe('quantities', () => {
  test('figures that are compared share the unit of the largest', () => {
    const [largest, smaller] = [2.81 * 1024 * 1024, 980 * 1024];
    expect([largest, smaller, 0].map((size) => text(bytes(size, largest)))).toEqual(['2.81 MiB', '0.96 MiB', '0.00 MiB']);
  });

  test.each([[0, '0 B'], [1023, '1023 B'], [1024, '1.00 KiB'], [2 * 1024 * 1024, '2.00 MiB'], [15.26 * 1024 * 1024, '15.3 MiB'], [402 * 1024 * 1024, '402 MiB'], [1.9 * 1024 ** 3, '1.90 GiB']])('%d bytes are %s', (size, expected) => {
    expect(text(bytes(size))).toBe(expected);
  });
  test('what is unknown is a dash without a unit', () => {
    for (const format of [bytes, bytesRate, megabits, percent, span]) expect(text(format(null))).toBe(NOTHING);
  });
  test('rates and shares carry their unit', () => {
    expect([bytesRate(2048), megabits(46_230_000), percent(3.14)].map(text)).toEqual(['2.00 KiB/s', '46.2 Mbit/s', '3.1 %']);
  });
});

describe('times', () => {
  test.each([[0, '0:00'], [42_000, '0:42'], [842_000, '14:02'], [11_110_000, '3:05:10'], [187_200_000, '2 d 04 h'], [-5, '0:00']])('%d ms run as %s', (ms, expected) => {
    expect(clock(ms)).toBe(expected);
  });
  test('spans below a second are milliseconds', () => expect([span(312), span(1307)].map(text)).toEqual(['312 ms', '1.31 s']));
  test('remaining time is rounded up', () => expect([remaining(400), remaining(4_900), remaining(61_000), remaining(null)]).toEqual(['under a second', '5 s left', '2 min left', '']));
  test('today is told by its time alone', () => {
    const now = new Date(2026, 10, 23, 15, 0).getTime();
    expect(dateTime(new Date(2026, 10, 23, 9, 5).toISOString(), now)).toBe('Today 09:05');
    expect(dateTime(new Date(2026, 10, 22, 9, 5).toISOString(), now)).toBe('2026-11-22 09:05');
    expect(dateTime('nonsense', now)).toBe(NOTHING);
  });
});

test('one and many', () => expect([plural(1, 'node'), plural(5, 'node'), plural(2, 'process', 'processes')]).toEqual(['1 node', '5 nodes', '2 processes']));

test('a node keeps its number and colour; colours repeat after eight', () => {
  expect([nodeNumberOf('node-3'), nodeColourOf('node-3'), nodeColourOf('node-11')]).toEqual([3, 'var(--n3)', 'var(--n3)']);
  expect(nodeColourOf('alpha')).toMatch(/^var\(--n[1-8]\)$/);
  expect(nodeColourOf('alpha')).toBe(nodeColourOf('alpha'));
});
