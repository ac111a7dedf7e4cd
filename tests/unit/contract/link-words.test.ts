import { describe, expect, it } from 'vitest';
import { changeLink, normalLink, type LinkChange } from '../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../runtime/contract/network.ts';
import { linkText, rateText } from '../../../runtime/contract/link-words.ts';

const both = (change: LinkChange['toNode']): LinkChange => ({ toNode: change, toClient: change });

describe('a link in words', () => {
  it.each<[LinkChange, string]>([
    [{}, 'nothing added'],
    [both({ latencyMs: 75, jitterMs: 25 }), '150 ± 50 ms'],
    [{ toClient: { latencyMs: 40 } }, '40 ms'],
    [both({ bitsPerSecond: 50_000_000 }), '50 Mbit/s'],
    [{ toClient: { bitsPerSecond: 1_600_000 }, toNode: { bitsPerSecond: 768_000 } }, '1.6 Mbit/s down, 768 kbit/s up'],
    [{ toClient: { bitsPerSecond: 1_000_000_000 } }, '1 Gbit/s down'],
    [both({ loss: { model: 'bernoulli', share: 0.002 } }), '0.2 % loss'],
    [{ toNode: { loss: { model: 'bernoulli', share: 0.1 } } }, '10 % loss up'],
    [{ toClient: { loss: { model: 'gilbert-elliott', goodToBad: 0.1, badToGood: 0.3, lossInGood: 0, lossInBad: 0.2 } } }, '5 % loss in bursts down'],
    [{ partition: 'both' }, 'nothing passes either way'],
    [{ resetShare: 0.05, slowCloseMs: 1500 }, '5 % of connections reset, closes after 1.5 s'],
    [{ isFailed: true, partition: 'both' }, 'refuses and resets connections'],
  ])('%j', (change, text) => expect(linkText(changeLink(normalLink, change))).toBe(text));

  it('says of the built-in profiles what their descriptions say', () => {
    for (const { settings, description, id } of builtInProfiles) if (id !== 'node-failure') expect(linkText(settings)).toBe(description);
  });

  it('calls a rate without a limit so', () => {
    expect([rateText(null), rateText(999_999)]).toEqual(['unlimited', '1000 kbit/s']);
  });
});
