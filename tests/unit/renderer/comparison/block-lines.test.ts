import { expect, test } from 'vitest';
import { fieldMap, linesOf, nearestLine } from '../../../../renderer/comparison/block-lines.ts';
import { blocksOf, pointScale } from '../../../../renderer/comparison/block-points.ts';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';
import { makeSession } from '../../../fixtures/comparison.ts';

const clients: ClientKind[] = ['smart', 'naive'];
const field = { widthPx: 250, heightPx: 130, axisPx: 50, headPx: 20, footPx: 10 };
const at = (block: number, smartMs: number, naiveMs?: number) => [
  makeSession({ block, client: 'smart', startupMs: smartMs }), ...(naiveMs === undefined ? [] : [makeSession({ block, client: 'naive', startupMs: naiveMs })]),
];
const points = [...at(0, 100, 1_000), ...at(1, 1_000, 1_000), ...at(2, 100)];
const blocks = blocksOf(points, clients, 'start-up');
const lines = linesOf(blocks, pointScale(blocks, 'start-up'), fieldMap(field, clients.length));

test('columns share the width behind the axis, and the scale has its room', () => {
  const { x, y } = fieldMap(field, 2);
  expect([x(0), x(1), y(1), y(0)]).toEqual([100, 200, 20, 120]);
  expect(fieldMap({ ...field, heightPx: 0 }, 0).y(0)).toBe(20);
});

test('a block is a path from dot to dot, and passes over who has no value', () => {
  expect(lines.map(({ path }) => path)).toEqual(['M100.0 120.0L200.0 20.0', 'M100.0 20.0L200.0 20.0', 'M100.0 120.0']);
  expect(lines[2]!.dots).toEqual([{ x: 100, y: 120, client: 'smart', isBound: false, isFailed: false }]);
});

test('a pointer means the nearest line, along all of it, if it is near enough', () => {
  expect(nearestLine(lines, 150, 66, 14)).toBe(0);
  expect(nearestLine(lines, 150, 24, 14)).toBe(1);
  expect(nearestLine(lines, 100, 128, 14)).toBe(0);
  expect(nearestLine(lines, 150, 110, 14)).toBeNull();
  expect(nearestLine([], 150, 110, 14)).toBeNull();
});
