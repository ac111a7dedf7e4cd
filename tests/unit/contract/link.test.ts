import { describe, expect, it } from 'vitest';
import { changeLink, isSameLink, LinkSettings, normalLink, type LinkChange } from '../../../runtime/contract/link.ts';
import { builtInProfiles, builtInScenarios, NetworkProfile, Scenario } from '../../../runtime/contract/network.ts';

const burst = { model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.3, lossInGood: 0, lossInBad: 0.5 } as const;

describe('the settings of a link', () => {
  it.each<LinkChange>([
    { toNode: { latencyMs: 1 } }, { toClient: { latencyMs: 1 } }, { toNode: { jitterMs: 1 } }, { toClient: { bitsPerSecond: 8_000 } }, { toClient: { loss: { model: 'bernoulli', share: 0.1 } } },
    { toClient: { loss: burst } }, { partition: 'to-node' }, { isFailed: true }, { resetShare: 0.1 }, { slowCloseMs: 1 },
  ])('differ by %j alone', (change) => {
    const changed = changeLink(normalLink, change);
    expect([isSameLink(normalLink, changed), isSameLink(changed, normalLink)]).toEqual([false, false]);
    expect(isSameLink(changed, LinkSettings.parse(structuredClone(changed)))).toBe(true);
  });

  it.each(['goodToBad', 'badToGood', 'lossInGood', 'lossInBad'] as const)('differ by %s of their bursts', (name) => {
    const one = changeLink(normalLink, { toClient: { loss: burst } });
    expect(isSameLink(one, changeLink(normalLink, { toClient: { loss: { ...burst, [name]: 0.9 } } }))).toBe(false);
  });

  it('of a change touch only what it names', () => {
    const changed = changeLink(changeLink(normalLink, { toClient: { latencyMs: 5, jitterMs: 2 } }), { toClient: { latencyMs: 7 }, partition: 'both' });
    expect(changed).toEqual({ ...normalLink, toClient: { ...normalLink.toClient, latencyMs: 7, jitterMs: 2 }, partition: 'both' });
  });
});

describe('what comes with the program', () => {
  it('is valid, and every profile differs from the others', () => {
    for (const profile of builtInProfiles) expect(NetworkProfile.parse(profile)).toEqual(profile);
    for (const scenario of builtInScenarios) expect(Scenario.parse(scenario)).toEqual(scenario);
    const same = builtInProfiles.filter((one) => builtInProfiles.some((other) => other !== one && isSameLink(other.settings, one.settings)));
    expect(same.map(({ id }) => id)).toEqual([]);
    for (const all of [builtInProfiles, builtInScenarios]) {
      for (const key of ['id', 'name'] as const) expect(new Set(all.map((one) => one[key])).size).toBe(all.length);
    }
  });
});
