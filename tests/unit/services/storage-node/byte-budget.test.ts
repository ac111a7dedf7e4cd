import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createBufferPool } from '../../../../runtime/services/storage-node/buffer-pool.ts';
import { createBoundedMap } from '../../../../runtime/services/storage-node/bounded-map.ts';
import { createByteBudget } from '../../../../runtime/services/storage-node/byte-budget.ts';
import { createSerial } from '../../../../runtime/services/storage-node/serial.ts';

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

describe('a buffer pool', () => {
  it('lends the same memory again and keeps no more than it may', () => {
    const pool = createBufferPool(64 * 1024);
    const first = pool.take(20_000);
    expect(first.length).toBe(32 * 1024);
    pool.give(first);
    expect(pool.take(32 * 1024)).toBe(first);
    const large = pool.take(100_000);
    pool.give(large);
    expect(pool.take(100_000)).not.toBe(large);
  });
});

describe('serial tasks', () => {
  it('run one after another for one key, side by side for others, also after a failure', async () => {
    const serial = createSerial();
    const order: string[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = serial.run('a', async () => {
      await gate;
      order.push('a1');
      throw new Error('failed');
    });
    const second = serial.run('a', async () => void order.push('a2'));
    await serial.run('b', async () => void order.push('b'));
    expect(order).toEqual(['b']);
    open();
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['b', 'a1', 'a2']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(serial.busyCount).toBe(0);
  });
});

describe('a bounded map', () => {
  it('forgets what was used longest ago', () => {
    const map = createBoundedMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });
});
