import { expect, test } from 'vitest';
import { createChartGroup, ZOOM_MS_MIN } from '../../../../renderer/charts/crosshair.ts';

test('a brush zooms all charts to its range, whichever way it was drawn', () => {
  const group = createChartGroup();
  group.startBrush(90_000);
  group.moveBrush(30_000);
  expect(group.brush.value).toEqual({ fromMs: 30_000, toMs: 90_000 });
  expect(group.range.value).toBeNull();
  group.endBrush();
  expect([group.range.value, group.brush.value]).toEqual([{ fromMs: 30_000, toMs: 90_000 }, null]);
});

test('a brush that is hardly longer than a click changes nothing', () => {
  const group = createChartGroup();
  group.startBrush(0);
  group.moveBrush(ZOOM_MS_MIN - 1);
  group.endBrush();
  expect([group.range.value, group.brush.value]).toEqual([null, null]);
});

test('moving without a brush begun only moves the crosshair', () => {
  const group = createChartGroup();
  group.moveCrosshair(5);
  group.moveBrush(5);
  expect([group.crosshairMs.value, group.brush.value]).toEqual([5, null]);
});

test('a cancelled brush leaves the zoom as it was', () => {
  const group = createChartGroup();
  group.zoom({ fromMs: 0, toMs: 60_000 });
  group.startBrush(10_000);
  group.moveBrush(20_000);
  group.cancelBrush();
  group.endBrush();
  expect(group.range.value).toEqual({ fromMs: 0, toMs: 60_000 });
});

test('a reset shows the live windows again', () => {
  const group = createChartGroup();
  group.zoom({ fromMs: 0, toMs: 60_000 });
  group.moveCrosshair(5);
  group.startBrush(5);
  group.reset();
  expect([group.range.value, group.crosshairMs.value, group.brush.value]).toEqual([null, null, null]);
});

test('charts above one another share their margins, charts beside one another do not', () => {
  const group = createChartGroup();
  group.marginsAt(8).tickWidthPx = 50;
  expect([group.marginsAt(8).tickWidthPx, group.marginsAt(400).tickWidthPx]).toEqual([50, 0]);
});

test('the group knows its charts while they are there', () => {
  const group = createChartGroup({ nowMs: () => 42 });
  const member = { content: () => null as never, range: () => ({ fromMs: 0, toMs: 1 }) };
  const leave = group.join(member);
  expect(group.members()).toEqual([member]);
  leave();
  expect([group.members(), group.nowMs()]).toEqual([[], 42]);
});
