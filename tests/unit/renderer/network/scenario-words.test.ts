import { describe, expect, test } from 'vitest';
import { changeWords, stepWords, targetWords } from '../../../../renderer/network/scenario-words.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';

describe('steps of scenarios in words', () => {
  test('changes of both directions are said once, others by direction', () => {
    expect(changeWords({ toNode: { latencyMs: 75 }, toClient: { latencyMs: 75 } })).toBe('150 ms');
    expect(changeWords({ toNode: { latencyMs: 10 }, toClient: { latencyMs: 20 } })).toBe('20 ms down, 10 ms up');
    expect(changeWords({ toClient: { bitsPerSecond: 5e6, loss: { model: 'bernoulli', share: 0.1 } } })).toBe('5 Mbit/s down, 10 % loss down');
    expect(changeWords({ toClient: { bitsPerSecond: null }, toNode: { bitsPerSecond: null }, partition: 'none', isFailed: false, resetShare: 0.05, slowCloseMs: 9 })).toBe('no limit, no partition, not failed, 5 % resets, closes 9 ms late');
    expect(changeWords({})).toBe('nothing yet');
  });
  test('a step says when, to whom and what', () => {
    expect(stepWords({ atSec: 70, target: { place: 0 }, action: { kind: 'profile', profileId: '3g' } }, builtInProfiles)).toBe('1:10, First node: 3G');
    expect(stepWords({ atSec: 0, target: { nodes: 'random' }, action: { kind: 'random-profile', profileIds: ['lte', '3g'] } }, builtInProfiles)).toBe('0:00, A random node: One of 2');
    expect([targetWords({ nodeId: 'node-9' }), targetWords({ nodes: 'all' }), targetWords({ place: 11 })]).toEqual(['node-9', 'All nodes', '12th node']);
  });
});
