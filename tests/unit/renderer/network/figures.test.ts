import { describe, expect, test } from 'vitest';
import { measuredOf } from '../../../../renderer/network/figures.ts';
import { linkSample } from '../../../fixtures/scripted-door/network-states.ts';

describe('figures beside the sliders', () => {
  test('are in the unit of the slider, with as many digits as fit', () => {
    const of = measuredOf(linkSample(1, { rttMs: 312.4, bitsPerSecondToClient: 24_120_000, bitsPerSecondToNode: 310_000, heldShare: 0.312 }), 5.94);
    expect(Object.values(of).map(({ text }) => text)).toEqual(['312', '±5.9', '24.1', '0.31', '31']);
    expect([of.latency.value, of.down.value]).toEqual([312.4, 24.12]);
  });
  test('are a dash and no mark where nothing is known, and no mark where nothing flows', () => {
    const nothing = measuredOf(undefined, null);
    expect(Object.values(nothing)).toEqual(Array.from({ length: 5 }, () => ({ text: '–', value: null })));
    expect(measuredOf(linkSample(1, { rttMs: null }), 5).jitter).toEqual({ text: '–', value: null });
    expect(measuredOf(linkSample(1, { rttMs: null, bitsPerSecondToClient: 0 }), null).down).toEqual({ text: '0.00', value: null });
  });
});
