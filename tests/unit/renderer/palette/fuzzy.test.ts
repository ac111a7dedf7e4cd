import { describe, expect, test } from 'vitest';
import { matchText } from '../../../../renderer/palette/fuzzy.ts';

const score = (query: string, title: string, more?: string): number => matchText(query, title, more)?.score ?? -Infinity;

describe('a query', () => {
  test('matches when each of its words is found, in any order', () => {
    expect(matchText('node kill', 'Kill node-2')).not.toBeNull();
    expect(matchText('kill node-3', 'Kill node-2')).toBeNull();
  });

  test('finds a word in the details too, for less', () => {
    expect(score('sigkill', 'Kill node-2', 'SIGKILL')).toBeGreaterThan(0);
    expect(score('logs', 'Logs')).toBeGreaterThan(score('logs', 'Cluster', 'Launch, processes, logs'));
  });

  test('prefers the beginning of a word to its inside, and that to scattered letters', () => {
    expect(score('set', 'Settings')).toBeGreaterThan(score('set', 'Reset'));
    expect(score('set', 'Reset')).toBeGreaterThan(score('set', 'Stop every task'));
  });

  test('prefers the shorter of two titles that match equally', () => {
    expect(score('play', 'Play')).toBeGreaterThan(score('play', 'Play the sample video once more'));
  });

  test('takes letters for the beginnings of words, as people abbreviate', () => {
    expect(matchText('kn2', 'Kill node-2')!.ranges).toEqual([[0, 1], [5, 6], [10, 11]]);
    expect(matchText('lc', 'Launch the cluster')).not.toBeNull();
    expect(matchText('zz', 'Launch the cluster')).toBeNull();
  });

  test('does not take far-apart letters for a word', () => {
    expect(matchText('ae', `a${' '.repeat(40)}e`)).toBeNull();
  });
});

test('what was found is marked, without overlap', () => {
  expect(matchText('clu cluster', 'cluster:stop')!.ranges).toEqual([[0, 7]]);
  expect(matchText('stop cluster', 'cluster:stop')!.ranges).toEqual([[0, 7], [8, 12]]);
});
