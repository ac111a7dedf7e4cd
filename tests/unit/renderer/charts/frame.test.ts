import { expect, test } from 'vitest';
import { createFrameMaker, type FrameOptions, POINTS_DRAWN_MAX, timeOf, valuesAt, xOf, yOf } from '../../../../renderer/charts/frame.ts';
import { bytes } from '../../../../renderer/format/quantity.ts';
import { contentOf, seriesOf } from './content.ts';

const range = { fromMs: 0, toMs: 100_000 };
const options: FrameOptions = { widthPx: 500, heightPx: 160, labelWidthPx: 80, range };
const frameOf = (content: ReturnType<typeof contentOf>, overrides: Partial<FrameOptions> = {}) => createFrameMaker()(content, { ...options, ...overrides });

test('times and values stand where the plot begins and ends', () => {
  const frame = frameOf(contentOf([seriesOf('a', [[0, 0], [100_000, 40]])]));
  expect([xOf(frame, 0), xOf(frame, 100_000)]).toEqual([frame.area.left, frame.area.right]);
  expect([yOf(frame, 0), yOf(frame, 40)]).toEqual([frame.area.bottom, frame.area.top]);
  expect(timeOf(frame, xOf(frame, 12_345))).toBeCloseTo(12_345);
  expect(frame.area.right).toBe(420);
});

test('what the data is compared with is always in the picture', () => {
  const frame = frameOf(contentOf([seriesOf('a', [[0, 1], [50_000, 2]])], { levels: [{ value: 15, label: 'low water', tone: 'warn' }], band: { from: 15, to: 30, label: 'target' } }));
  expect(frame.max).toBeGreaterThanOrEqual(30);
});

test('samples outside of the range do not stretch the scale', () => {
  const frame = frameOf(contentOf([seriesOf('a', [[-200_000, 900], [0, 1], [50_000, 2]])]));
  expect(frame.max).toBe(2);
});

test('twelve lines of an hour are drawn with no more points than one chart may have', () => {
  const samples = Array.from({ length: 14_400 }, (_, index): [number, number] => [index * 250, (index * 7_919) % 100]);
  const frame = createFrameMaker()(contentOf(Array.from({ length: 12 }, (_, index) => seriesOf(`n${index}`, samples))), { ...options, range: { fromMs: 0, toMs: 3_600_000 } });
  const count = frame.lines.reduce((sum, { points }) => sum + points.length, 0);
  expect(count).toBeLessThanOrEqual(POINTS_DRAWN_MAX);
  expect(count).toBeGreaterThan(POINTS_DRAWN_MAX / 2);
});

test('an empty chart tells never measured from not in this time', () => {
  expect(frameOf(contentOf([seriesOf('a', [])]))).toMatchObject({ hasSamples: false, hasSamplesInRange: false });
  expect(frameOf(contentOf([seriesOf('a', [[-500_000, 1], [-400_000, null]])]))).toMatchObject({ hasSamples: true, hasSamplesInRange: false });
  expect(frameOf(contentOf([seriesOf('a', [[5, 1]])]))).toMatchObject({ hasSamples: true, hasSamplesInRange: true });
});

test('a line that fell silent has no last value', () => {
  const frame = frameOf(contentOf([seriesOf('a', [[0, 1], [50_000, 2]]), seriesOf('b', [[99_000, 3]])]));
  expect(frame.lines.map(({ lastValue }) => lastValue)).toEqual([NaN, 3]);
});

test('stacked lines end at their sums and tell their own values', () => {
  const content = contentOf([seriesOf('a', [[99_000, 1]]), seriesOf('b', [[99_000, 3]])], { stacked: true });
  expect(frameOf(content).lines.map(({ lastValue, lastY }) => [lastValue, lastY])).toEqual([[1, 1], [3, 4]]);
  expect(valuesAt(content, range, 99_500)).toEqual([{ value: 1, y: 1 }, { value: 3, y: 4 }]);
});

test('ticks are written with the digits their steps need', () => {
  const texts = (high: number, overrides = {}): string[] => frameOf(contentOf([seriesOf('a', [[0, high]])], overrides)).valueTicks.map(({ text }) => text);
  expect(texts(40)).toEqual(['0', '10', '20', '30', '40']);
  expect(texts(1)).toEqual(['0.00', '0.25', '0.50', '0.75', '1.00']);
  expect(texts(3 * 2 ** 20, { unit: '', format: bytes, tickBase: 1024 })).toEqual(['0', '1 MiB', '2 MiB', '3 MiB']);
});

test('margins that another chart needs are kept', () => {
  const { area } = frameOf(contentOf([seriesOf('a', [[0, 1]])]), { tickWidthPxMin: 70, labelWidthPxMin: 120 });
  expect([area.left, area.right]).toEqual([70, 380]);
});
