import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../../runtime/contract/units.ts';
import { BufferPool, SLAB_BYTES } from '../../../../../runtime/services/storage-node/engine/buffer-pool.ts';

describe('the buffer pool', () => {
  it('lends slabs that make up the size, and small reads their exact size', async () => {
    const pool = new BufferPool(10 * MIB);
    const large = await pool.acquire(SLAB_BYTES * 2 + 1);
    expect(large.buffers.map((buffer) => buffer.length)).toEqual([SLAB_BYTES, SLAB_BYTES, SLAB_BYTES]);
    const small = await pool.acquire(1000);
    expect(small.buffers.map((buffer) => buffer.length)).toEqual([1000]);
    expect(pool.bytesInUse).toBe(3 * SLAB_BYTES + 1000);
    large.release();
    small.release();
    expect(pool.bytesInUse).toBe(0);
  });

  it('lets later requests wait, in order, until pieces come back', async () => {
    const pool = new BufferPool(4 * SLAB_BYTES);
    const first = await pool.acquire(4 * SLAB_BYTES);
    const order: string[] = [];
    const second = pool.acquire(2 * SLAB_BYTES).then((lease) => (order.push('second'), lease));
    const third = pool.acquire(SLAB_BYTES).then((lease) => (order.push('third'), lease));
    first.releaseAt(0);
    await Promise.resolve();
    expect(order).toEqual([]);
    first.releaseAt(1);
    first.releaseAt(1);
    await second;
    expect(order).toEqual(['second']);
    first.release();
    (await third).release();
    (await second).release();
    expect(order).toEqual(['second', 'third']);
    expect(pool.bytesInUse).toBe(0);
  });
});
