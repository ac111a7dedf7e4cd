import { expect, it } from 'vitest';
import { changeLink, normalLink } from '../../../../runtime/contract/link.ts';
import { linkAfter } from '../../../../runtime/core/scenario/link-after.ts';

const slow = changeLink(normalLink, { toNode: { latencyMs: 50 }, partition: 'both' });
const lte = changeLink(normalLink, { toClient: { bitsPerSecond: 12_000_000 } });
const profile = (profileId: string) => {
  if (profileId === 'lte') return lte;
  throw new Error(`no profile ${profileId}`);
};

it('keeps what a change does not name, takes a profile whole, and clears', () => {
  expect(linkAfter(slow, { kind: 'link', change: { toNode: { jitterMs: 5 } } }, profile)).toEqual({ ...slow, toNode: { ...slow.toNode, jitterMs: 5 } });
  expect(linkAfter(slow, { kind: 'profile', profileId: 'lte' }, profile)).toEqual(lte);
  expect(linkAfter(slow, { kind: 'normal' }, profile)).toEqual(normalLink);
});

it('leaves the link to others where a process is meant, and says so where a profile is gone', () => {
  for (const kind of ['kill', 'pause', 'resume', 'stop', 'start'] as const) expect(linkAfter(slow, { kind }, profile)).toBeUndefined();
  expect(() => linkAfter(slow, { kind: 'profile', profileId: 'gone' }, profile)).toThrow('no profile gone');
});
