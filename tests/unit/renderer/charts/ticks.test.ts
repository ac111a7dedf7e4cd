import { expect, test } from 'vitest';
import { niceStep, timeText, timeTicks, valueScale } from '../../../../renderer/charts/ticks.ts';

const at = (hours: number, minutes: number, seconds = 0): number => new Date(2025, 2, 14, hours, minutes, seconds).getTime();

test('five minutes are divided at full minutes, without useless seconds', () => {
  expect(timeTicks({ fromMs: at(14, 2, 30), toMs: at(14, 7, 30) }, 6).map(({ text }) => text)).toEqual(['14:03', '14:04', '14:05', '14:06', '14:07']);
});

test('a short range is divided at round seconds, and shows them', () => {
  expect(timeTicks({ fromMs: at(14, 2, 31), toMs: at(14, 3, 1) }, 4).map(({ text }) => text)).toEqual(['14:02:40', '14:02:50', '14:03:00']);
});

test('a day is divided at hours that are round on the local clock', () => {
  expect(timeTicks({ fromMs: at(0, 30), toMs: at(23, 30) }, 5).map(({ text }) => text)).toEqual(['06:00', '12:00', '18:00']);
});

test('never more ticks than fit, from ten seconds to a day', () => {
  for (let spanMs = 10_000; spanMs <= 86_400_000; spanMs = Math.round(spanMs * 1.37)) {
    for (const countMax of [2, 5, 9]) expect(timeTicks({ fromMs: at(3, 7, 11), toMs: at(3, 7, 11) + spanMs }, countMax).length).toBeLessThanOrEqual(countMax + 1);
  }
});

test('an empty range has no ticks', () => {
  expect(timeTicks({ fromMs: 5, toMs: 5 }, 5)).toEqual([]);
});

test('a time is written with two digits throughout', () => {
  expect(timeText(at(4, 5, 6))).toBe('04:05:06');
  expect(timeText(at(4, 5, 6), false)).toBe('04:05');
});

test('steps are round: 1, 2, 2.5 or 5 times a power of ten, and of 1,024 for bytes', () => {
  expect([niceStep(10, 5), niceStep(37, 4), niceStep(90, 4), niceStep(0.7, 4)]).toEqual([2, 10, 25, 0.2]);
  expect(niceStep(55 * 2 ** 20, 4, 1024)).toBe(20 * 2 ** 20);
  expect(niceStep(3 * 2 ** 30, 4, 1024)).toBe(2 ** 30);
  expect(niceStep(1.5 * 2 ** 20, 4, 1024)).toBe(512 * 2 ** 10);
  expect(niceStep(0, 4)).toBe(1);
});

test('positive data stands on zero and ends at a tick', () => {
  expect(valueScale(12, 34, 4)).toEqual({ min: 0, max: 40, ticks: [0, 10, 20, 30, 40] });
});

test('negative data goes below zero', () => {
  expect(valueScale(-3, 7, 5)).toEqual({ min: -4, max: 8, ticks: [-4, -2, 0, 2, 4, 6, 8] });
});

test('given bounds hold, with ticks within them', () => {
  expect(valueScale(12, 80, 4, { min: 0, max: 100 })).toEqual({ min: 0, max: 100, ticks: [0, 25, 50, 75, 100] });
});

test('bytes are never halved', () => {
  expect(valueScale(0, 0, 6, { base: 1024 }).ticks).toEqual([0, 1]);
});

test('without data, and with flat data, there is a scale all the same', () => {
  expect(valueScale(Infinity, -Infinity, 4)).toMatchObject({ min: 0, max: 1 });
  expect(valueScale(0, 0, 4)).toMatchObject({ min: 0, max: 1 });
});
