import { describe, expect, it } from 'vitest';
import { createBufferPool } from '../../../../runtime/services/storage-node/buffer-pool.ts';
import { createBoundedMap } from '../../../../runtime/services/storage-node/bounded-map.ts';
import { createSerial } from '../../../../runtime/services/storage-node/serial.ts';

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
