import { expect, test } from 'vitest';
import { durationText, extentText, playingMsOf, sessionCountOf } from '../../../../renderer/comparison/duration.ts';

test('one block more is played than counted', () => {
  expect(sessionCountOf({ blockCount: 5, clientCount: 5 })).toBe(30);
  expect(playingMsOf({ blockCount: 5, clientCount: 5, sessionSec: 15 })).toBe(450_000);
  expect(extentText({ blockCount: 5, clientCount: 5 })).toBe('6 blocks (one to warm up) of 5 sessions');
});

test.each([[12_200, '13 s'], [450_000, '8 min'], [3_600_000, '1 h'], [7_500_000, '2 h 5 min']])('%d ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));
