import { describe, expect, test } from 'vitest';
import { parameterOf } from '../../../../renderer/network/parameters.ts';
import { logStops, positionOf, stepFrom, trackLength, valueAt } from '../../../../renderer/network/scale.ts';

describe('a track', () => {
  const rates = parameterOf('down').scale;
  test('holds round values, each once', () => {
    const stops = logStops(1, 1_000, 10);
    expect([stops[0], stops.at(-1), new Set(stops).size]).toEqual([1, 1_000, stops.length]);
    for (const stop of stops) expect(Number(stop.toPrecision(2))).toBe(stop);
  });
  test('ends with no limit', () => {
    expect([positionOf(null, rates), valueAt(trackLength(rates), rates)]).toEqual([trackLength(rates), null]);
  });
  test('places a value between two stops between them, and steps on from there', () => {
    const between = positionOf(1.63, rates);
    expect([valueAt(Math.floor(between), rates)! < 1.63, valueAt(Math.ceil(between), rates)! > 1.63]).toEqual([true, true]);
    expect([stepFrom(1.63, 1, rates)! > 1.63, stepFrom(1.63, -1, rates)! < 1.63]).toEqual([true, true]);
  });
  test('holds what lies beyond it at its ends', () => {
    expect([positionOf(0.008, rates), positionOf(9_000, rates)]).toEqual([0, rates.stops.length - 1]);
  });
});
