import { describe, expect, test } from 'vitest';
import type { LinkChange } from '../../../runtime/contract/link.ts';
import { changeLink, isNormalLink, isSameLink, meanLoss, mergeChanges, normalLink, profileWith } from '../../../runtime/contract/link-settings.ts';
import { builtInProfiles } from '../../../runtime/contract/network.ts';

describe('two changes in one', () => {
  test('do what both do one after the other', () => {
    const first: LinkChange = { toNode: { latencyMs: 10, jitterMs: 1 }, partition: 'both' };
    const second: LinkChange = { toNode: { latencyMs: 20 }, toClient: { bitsPerSecond: 1e6 }, isFailed: true };
    expect(changeLink(normalLink, mergeChanges(first, second))).toEqual(changeLink(changeLink(normalLink, first), second));
  });
  test('name no direction that neither names', () => {
    expect(mergeChanges({ partition: 'both' }, { resetShare: 0.1 })).toEqual({ partition: 'both', resetShare: 0.1 });
  });
});

describe('settings are the same', () => {
  test('although a decimal was halved and put together again', () => {
    const halves = changeLink(normalLink, { toNode: { latencyMs: 0.1 + 0.2 } });
    expect(isSameLink(halves, changeLink(normalLink, { toNode: { latencyMs: 0.3 } }))).toBe(true);
  });
  test.each<LinkChange>([
    { toNode: { latencyMs: 1 } }, { toClient: { jitterMs: 1 } }, { toClient: { bitsPerSecond: 1e6 } }, { toNode: { loss: { model: 'bernoulli', share: 0.01 } } },
    { toNode: { loss: { model: 'gilbert-elliott', goodToBad: 0, badToGood: 0, lossInGood: 0, lossInBad: 0 } } }, { partition: 'to-node' }, { isFailed: true }, { resetShare: 0.1 }, { slowCloseMs: 5 },
  ])('but not with %j', (change) => {
    expect(isNormalLink(changeLink(normalLink, change))).toBe(false);
  });
});

test('a profile is known by its settings', () => {
  for (const { id, settings } of builtInProfiles) expect(profileWith(settings, builtInProfiles)?.id).toBe(id);
  expect(profileWith(normalLink, builtInProfiles)).toBeUndefined();
});

test('bursts lose on average what the chain\'s states lose, by the time in each', () => {
  expect(meanLoss({ model: 'bernoulli', share: 0.07 })).toBe(0.07);
  // Stationary: 0.01 / (0.01 + 0.24) = 4 % of packets in the bad state.
  expect(meanLoss({ model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.24, lossInGood: 0, lossInBad: 0.5 })).toBeCloseTo(0.02, 12);
  expect(meanLoss({ model: 'gilbert-elliott', goodToBad: 0, badToGood: 0, lossInGood: 0.3, lossInBad: 1 })).toBe(0.3);
});
