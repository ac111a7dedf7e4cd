import { expect, test } from 'vitest';
import { createFollowers } from '../../../../renderer/stores/followers.ts';

test('the first follower opens the source, the last one that leaves closes it, and leaving twice is leaving once', () => {
  const told: string[] = [];
  const follow = createFollowers(() => {
    told.push('open');
    return () => told.push('close');
  });
  const [first, second] = [follow(), follow()];
  first();
  first();
  expect(told).toEqual(['open']);
  second();
  expect(told).toEqual(['open', 'close']);
  follow()();
  expect(told).toEqual(['open', 'close', 'open', 'close']);
});
