import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { createPendingCalls } from '../../../runtime/supervisor/pending-calls.ts';

describe('pending calls', () => {
  it('match replies in any order', async () => {
    const calls = createPendingCalls(createManualClock(), 'node-1');
    const ids: number[] = [];
    const first = calls.add('a', 1000, (id) => ids.push(id));
    const second = calls.add('b', 1000, (id) => ids.push(id));
    calls.settle({ kind: 'reply', id: ids[1]!, ok: true, output: 'second' });
    calls.settle({ kind: 'reply', id: ids[0]!, ok: false, error: { code: 'conflict', detail: 'no', details: { by: 'test' } } });
    expect(await second).toBe('second');
    await expect(first).rejects.toMatchObject({ code: 'conflict', message: 'no', details: { by: 'test' } });
  });

  it('time out, and do not mind a reply that comes too late', async () => {
    const clock = createManualClock();
    const calls = createPendingCalls(clock, 'node-1');
    let sentId = 0;
    const call = calls.add('slow', 1000, (id) => (sentId = id));
    clock.advance(1000);
    await expect(call).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('"slow"') as string });
    calls.settle({ kind: 'reply', id: sentId, ok: true, output: 1 });
  });

  it('all fail when the child is gone', async () => {
    const calls = createPendingCalls(createManualClock(), 'node-1');
    const both = Promise.allSettled([calls.add('a', 1000, () => {}), calls.add('b', 1000, () => {})]);
    calls.rejectAll('node-1 ended.');
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
