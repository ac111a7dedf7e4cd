import { describe, expect, test } from 'vitest';
import { abnormalities, abnormalityText, linkLook, nodesWords } from '../../../../renderer/network/words.ts';
import { changeLink, normalLink } from '../../../../runtime/contract/link-settings.ts';
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
