import { describe, expect, test } from 'vitest';
import { changeLink, normalLink } from '../../../../renderer/network/settings.ts';
import { abnormalities, abnormalityText, linkLook, nodesWords, rateText, settingsWords } from '../../../../renderer/network/words.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';
import { busyNetwork, linkStatus, profileSettings } from '../../../fixtures/scripted-door/network-states.ts';

const link = (change = {}) => linkStatus(2, changeLink(normalLink, change));

describe('how a link looks', () => {
  test.each([
    ['nothing added', linkStatus(1), 'ok', 'Clear'],
    ['a profile', linkStatus(1, profileSettings('3g')), 'warn', '3G'],
    ['the ordinary profile', linkStatus(1, profileSettings('normal')), 'ok', 'Normal'],
    ['a profile that fails it', linkStatus(1, profileSettings('node-failure')), 'bad', 'Node failure'],
    ['figures of one\'s own', link({ toNode: { latencyMs: 3 } }), 'warn', 'Own settings'],
    ['a failure among others', link({ isFailed: true, toNode: { latencyMs: 3 } }), 'bad', 'Failed'],
    ['a partition', link({ partition: 'both' }), 'bad', 'Partition'],
    ['a partition one way', link({ partition: 'to-client' }), 'bad', 'Partition to client'],
  ])('with %s', (_what, status, tone, full) => {
    expect(linkLook(status, builtInProfiles)).toMatchObject({ tone, full });
  });
  test('a profile that nobody knows any more is called by its id', () => {
    expect(linkLook({ ...linkStatus(1, profileSettings('3g')), profileId: 'gone' }, builtInProfiles).word).toBe('gone');
  });
});

describe('settings in words', () => {
  test.each([
    ['3g', '300 ms, 1.6 Mbit/s down, 768 kbit/s up'],
    ['high-latency', '150 ± 50 ms, 50 Mbit/s, 5 % loss'],
    ['degraded', '100 ± 30 ms, 20 Mbit/s, 10 % loss, 5 % of connections reset'],
    ['node-failure', 'refuses and resets connections'],
  ])('of the profile %s', (profileId, words) => expect(settingsWords(profileSettings(profileId))).toBe(words));
  test('name everything else there is', () => {
    expect(settingsWords(normalLink)).toBe('nothing added');
    const bursts = { model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.24, lossInGood: 0, lossInBad: 0.5 } as const;
    expect(settingsWords(changeLink(normalLink, { partition: 'to-node', slowCloseMs: 500, toClient: { loss: bursts } }))).toBe('holds everything to node, 2 % loss in bursts down, closes 500 ms late');
  });
  test('rates have the unit that fits them', () => {
    expect([8_000, 768_000, 1_600_000, 2.5e9].map(rateText)).toEqual(['8 kbit/s', '768 kbit/s', '1.6 Mbit/s', '2.5 Gbit/s']);
  });
});

describe('what is not normal', () => {
  test('comes together by what it is, and leaves out what is clear', () => {
    const links = [linkStatus(1), linkStatus(2, profileSettings('3g')), link({ partition: 'both' }), linkStatus(4, profileSettings('3g'))];
    expect(abnormalities(links, builtInProfiles).map((group) => abnormalityText(group, 4))).toEqual(['node-2 and node-4: 3G', 'node-2: Partition']);
    expect(abnormalities(busyNetwork().links, builtInProfiles)).toHaveLength(4);
    expect(abnormalities([linkStatus(1)], builtInProfiles)).toEqual([]);
  });
  test('of all links is said of all', () => {
    const links = [1, 2, 3].map((number) => linkStatus(number, profileSettings('lte')));
    expect(abnormalityText(abnormalities(links, builtInProfiles)[0]!, 3)).toBe('all links: LTE');
    expect([nodesWords('all'), nodesWords(['node-1']), nodesWords(['node-1', 'node-2', 'node-3'])]).toEqual(['all links', 'node-1', '3 links']);
  });
});
