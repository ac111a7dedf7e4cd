import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createByteBudget } from '../../../../runtime/services/shared/byte-budget.ts';

const settled = async <T>(promise: Promise<T>): Promise<T | 'pending'> => Promise.race([promise, new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')))]);

describe('a byte budget', () => {
  it('makes callers wait in the order they came, the small ones behind a large one too', async () => {
    const budget = createByteBudget(100, createManualClock());
    expect(await budget.acquire(80)).toBe(true);
    const large = budget.acquire(60);
    const small = budget.acquire(10);
    expect(await settled(large)).toBe('pending');
    expect(await settled(small)).toBe('pending');
    expect(budget.tryAcquire(1)).toBe(false);
    budget.release(80);
    expect(await settled(large)).toBe(true);
    expect(await settled(small)).toBe(true);
    expect(budget.usedBytes).toBe(70);
  });

  it('gives up after the wait it was allowed, and then lets those behind go on', async () => {
    const clock = createManualClock();
    const budget = createByteBudget(100, clock);
    await budget.acquire(95);
    const impatient = budget.acquire(50, { waitMs: 1000 });
    const small = budget.acquire(5);
    clock.advance(999);
    expect(await settled(impatient)).toBe('pending');
    clock.advance(1);
    expect(await settled(impatient)).toBe(false);
    expect(await settled(small)).toBe(true);
    expect(budget.waitingCount).toBe(0);
  });

  it('rejects a waiter whose signal aborts and takes nothing for it', async () => {
    const budget = createByteBudget(100, createManualClock());
    await budget.acquire(100);
    const aborter = new AbortController();
    const waiting = budget.acquire(10, { signal: aborter.signal });
    aborter.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    budget.release(100);
    expect(budget.usedBytes).toBe(0);
  });

  it('serves a request beyond the whole budget alone', async () => {
    const budget = createByteBudget(100, createManualClock());
    expect(await budget.acquire(1000)).toBe(true);
    expect(await settled(budget.acquire(1))).toBe('pending');
    budget.release(1000);
    expect(budget.usedBytes).toBe(1);
  });
});
