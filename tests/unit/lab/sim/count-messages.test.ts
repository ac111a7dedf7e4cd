import { describe, expect, it } from 'vitest';
import { countMessages } from '../../../../runtime/lab/sim/count-messages.ts';

describe('an undisturbed decision among three stores', () => {
  it('costs six messages, one round trip and one sync each on the fast path', () => {
    expect(countMessages(0, 'fast')).toMatchObject({ storeCount: 3, messages: 6, roundTrips: 1, syncsPerAcceptor: 1 });
  });

  it('costs twelve messages, two round trips and two syncs each on the classic path', () => {
    expect(countMessages(0, 'classic')).toMatchObject({ storeCount: 3, messages: 12, roundTrips: 2, syncsPerAcceptor: 2 });
  });
});

describe('an undisturbed decision among five stores, erasure-coded', () => {
  it('costs ten messages on the fast path', () => {
    expect(countMessages(1, 'fast')).toMatchObject({ storeCount: 5, messages: 10, roundTrips: 1, syncsPerAcceptor: 1 });
  });

  it('costs one more round trip on the classic path, for the fragments are staged first', () => {
    expect(countMessages(1, 'classic')).toMatchObject({ storeCount: 5, messages: 30, roundTrips: 3, syncsPerAcceptor: 3 });
  });
});
