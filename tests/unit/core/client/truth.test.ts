import { expect, test } from 'vitest';
import { truthOf } from '../../../../runtime/core/client/truth.ts';
import { changeLink, normalLink } from '../../../../runtime/contract/link.ts';

const direction = { latencyMs: 35, bitsPerSecond: 12_000_000 };

test('the truth of a link is its round trip, its rate towards the client, its mean loss, and whether anything passes', () => {
  expect(truthOf('node-1', changeLink(normalLink, { toNode: direction, toClient: { ...direction, latencyMs: 40, loss: { model: 'bernoulli', share: 0.1 } } }))).toEqual({
    nodeId: 'node-1', roundTripMs: 75, bitsPerSecond: 12_000_000, lossShare: 0.1, isReachable: true,
  });
  const bursts = { model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.09, lossInGood: 0, lossInBad: 0.5 } as const;
  expect(truthOf('node-1', changeLink(normalLink, { toClient: { loss: bursts } })).lossShare).toBeCloseTo(0.05);
  expect(truthOf('node-1', changeLink(normalLink, { toClient: { loss: { ...bursts, goodToBad: 0, badToGood: 0 } } })).lossShare).toBe(0);
});

test.each([{ isFailed: true }, { partition: 'to-node' as const }, { partition: 'to-client' as const }])('nothing passes when %j', (change) => {
  expect(truthOf('node-1', changeLink(normalLink, change)).isReachable).toBe(false);
});
