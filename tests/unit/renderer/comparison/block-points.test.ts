import { describe, expect, test } from 'vitest';
import { blocksOf, mediansOf, pointScale } from '../../../../renderer/comparison/block-points.ts';
import { makeSession } from '../../../fixtures/comparison.ts';

const points = [
  makeSession({ block: -1, client: 'smart', startupMs: 9_000 }),
  makeSession({ block: 1, client: 'smart', startupMs: 600 }),
  makeSession({ block: 0, client: 'naive', startupMs: 15_000, isStarted: false, outcome: 'failed', rebufferingShare: null }),
  makeSession({ block: 0, client: 'smart', startupMs: 400, throughputBitsPerSecond: 30e6 }),
  makeSession({ block: 0, client: 'oracle', startupMs: 1 }),
];

describe('blocks', () => {
  const blocks = blocksOf(points, ['smart', 'naive'], 'start-up');

  test('are in order, without the warm-up and without clients that are not asked for', () => {
    expect(blocks.map(({ block }) => block)).toEqual([0, 1]);
    expect(blocks[0]!.points.map((point) => point?.value)).toEqual([400, 15_000]);
    expect(blocks[1]!.points).toEqual([{ client: 'smart', value: 600, isBound: false, isFailed: false }, null]);
  });
  test('know a start-up that would have been longer, and a session that failed', () => {
    expect(blocks[0]!.points[1]).toMatchObject({ isBound: true, isFailed: true });
    expect(blocksOf(points, ['naive'], 'throughput')[0]!.points[0]).toMatchObject({ isBound: false, isFailed: true });
  });
  test('have a median for each client, of what there is', () => {
    expect(mediansOf(blocks, 2)).toEqual([500, 15_000]);
    expect(mediansOf(blocksOf(points, ['smart', 'naive'], 'rebuffering'), 2)).toEqual([0, null]);
  });
});

describe('their scale', () => {
  test('is logarithmic for start-up: equal factors are equally far apart', () => {
    const scale = pointScale(blocksOf(points, ['smart', 'naive'], 'start-up'), 'start-up');
    expect(scale.ticks[0]!.value).toBe(200);
    expect(scale.ticks.at(-1)!.value).toBe(20_000);
    expect(scale.at(2_000) - scale.at(1_000)).toBeCloseTo(scale.at(4_000) - scale.at(2_000));
    expect([scale.at(1), scale.at(1e9)]).toEqual([0, 1]);
  });
  test('begins at zero for everything else', () => {
    const scale = pointScale(blocksOf(points, ['smart', 'naive'], 'throughput'), 'throughput');
    expect(scale.ticks[0]).toEqual({ value: 0, at: 0 });
    expect(scale.at(30e6)).toBeGreaterThan(0.5);
    expect(scale.at(-1)).toBe(0);
  });
  test('exists without any value', () => {
    expect(pointScale([], 'start-up').ticks.length).toBeGreaterThan(1);
    expect(pointScale([], 'rebuffering').ticks[0]).toEqual({ value: 0, at: 0 });
  });
});
