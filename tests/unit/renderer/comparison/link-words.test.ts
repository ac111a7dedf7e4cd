import { expect, test } from 'vitest';
import { linkWords } from '../../../../renderer/comparison/link-words.ts';
import { changeLink, type LinkChange, type LinkSettings, normalLink } from '../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';

const profile = (id: string): LinkSettings => builtInProfiles.find((one) => one.id === id)!.settings;
const changed = (change: LinkChange): string => linkWords(changeLink(normalLink, change));

test.each([
  ['lte', '70 ms, 12 Mbit/s'],
  ['3g', '300 ms, 1.6 Mbit/s'],
  ['high-latency', '150 ± 50 ms, 50 Mbit/s, 5.00 % loss'],
  ['degraded', '100 ± 30 ms, 20 Mbit/s, 10.0 % loss, 5.00 % of connections reset'],
  ['node-failure', 'refuses and resets every connection'],
])('the profile %s reads: %s', (id, words) => expect(linkWords(profile(id))).toBe(words));

test('a link that does nothing says so', () => expect(linkWords(normalLink)).toBe('adds nothing'));

test('partition, slow close and losses in bursts are told', () => {
  expect(changed({ partition: 'both' })).toBe('nothing passes');
  expect(changed({ partition: 'to-node' })).toBe('nothing passes to the node');
  expect(changed({ slowCloseMs: 250 })).toBe('closes after 250 ms');
  expect(changed({ toClient: { loss: { model: 'gilbert-elliott', goodToBad: 0.1, badToGood: 0.3, lossInGood: 0, lossInBad: 0.4 } } })).toBe('10.0 % loss in bursts');
});
