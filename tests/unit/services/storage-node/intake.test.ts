import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../runtime/platform/clock.ts';
import { sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { nodeDisk } from '../../../../runtime/platform/disk/node-disk.ts';
import { createFaultyDisk } from '../../../../runtime/platform/disk/faulty-disk.ts';
import { createBufferPool } from '../../../../runtime/services/storage-node/buffer-pool.ts';
import { createByteBudget, type ByteBudget } from '../../../../runtime/services/shared/byte-budget.ts';
import { takeIn, type IntakeResources } from '../../../../runtime/services/storage-node/http/intake.ts';
import { createSpool, type Spool } from '../../../../runtime/services/storage-node/http/spool.ts';

let dir: string;
let clock: ManualClock;
let budget: ByteBudget;
let spool: Spool;
let resources: IntakeResources;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-intake-'));
  clock = createManualClock();
  budget = createByteBudget(1000, clock);
  spool = await createSpool(nodeDisk, join(dir, 'spool'));
  resources = { budget, spool, clock, pool: createBufferPool(100_000) };
});
afterEach(() => rm(dir, { recursive: true }));

/** A sender under the test's control. */
const sender = () => {
  const queue: (Uint8Array | null)[] = [];
  let wake: () => void = () => {};
  return {
    send(piece: Uint8Array | null): void {
      queue.push(piece);
      wake();
    },
    async *pieces() {
      for (;;) {
        while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const piece = queue.shift();
        if (!piece) return;
        yield piece;
      }
    },
  };
};
const bytesOf = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 31 + seed) % 251);
const turns = async (isDone: () => boolean): Promise<void> => {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
};

describe('taking a body in', () => {
  it('fills memory and hashes on the way when the sender is quick', async () => {
    const body = bytesOf(900);
    const { send, pieces } = sender();
    send(body.subarray(0, 400));
    send(body.subarray(400));
    send(null);
    const intake = await takeIn(pieces(), 900, resources);
    expect(Buffer.from(intake.bytes).equals(body)).toBe(true);
    expect(intake.sha256).toBe(sha256Hex(body));
    expect(budget.usedBytes).toBe(900);
    intake.release();
    intake.release();
    expect(budget.usedBytes).toBe(0);
    expect(spool.fileCount).toBe(0);
  });

  it('moves a body that stands still to the spool, and brings it back whole', async () => {
    const body = bytesOf(20_000);
    budget = createByteBudget(20_000, clock);
    const { send, pieces } = sender();
    const taking = takeIn(pieces(), body.length, { ...resources, budget });
    send(body.subarray(0, 7));
    await turns(() => budget.usedBytes === 20_000);
    clock.advance(1000);
    await turns(() => budget.usedBytes === 0);
    expect(spool.fileCount).toBe(1);
    for (let at = 7; at < body.length; at += 13) send(body.subarray(at, Math.min(body.length, at + 13)));
    send(null);
    const intake = await taking;
    expect(Buffer.from(intake.bytes).equals(body)).toBe(true);
    expect(intake.sha256).toBe(sha256Hex(body));
    intake.release();
    expect(budget.usedBytes).toBe(0);
    expect(spool.fileCount).toBe(0);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });

  it('goes to the spool at once when no memory comes free, and waits for memory only when it is complete', async () => {
    await budget.acquire(1000);
    const body = bytesOf(500);
    const { send, pieces } = sender();
    const taking = takeIn(pieces(), 500, resources);
    clock.advance(250);
    await turns(() => spool.fileCount === 1);
    send(body);
    send(null);
    await turns(() => budget.waitingCount === 1);
    budget.release(1000);
    const intake = await taking;
    expect(Buffer.from(intake.bytes).equals(body)).toBe(true);
    intake.release();
  });

  it('refuses a body that is shorter or longer than announced and keeps nothing of it', async () => {
    const short = sender();
    short.send(bytesOf(10));
    short.send(null);
    await expect(takeIn(short.pieces(), 11, resources)).rejects.toMatchObject({ code: 'truncated_body' });
    const long = sender();
    long.send(bytesOf(12));
    await expect(takeIn(long.pieces(), 11, resources)).rejects.toMatchObject({ code: 'bad_request' });
    expect(budget.usedBytes).toBe(0);
  });

  it('leaves the queue when the sender goes away', async () => {
    await budget.acquire(1000);
    const aborter = new AbortController();
    const taking = takeIn(sender().pieces(), 500, resources, aborter.signal);
    aborter.abort();
    await expect(taking).rejects.toMatchObject({ code: 'truncated_body' });
    expect(budget.waitingCount).toBe(0);
    expect(budget.usedBytes).toBe(1000);
  });

  it('says that the disk is full when the spool is, and gives the memory back', async () => {
    const disk = createFaultyDisk(nodeDisk, { decide: ({ operation }) => (operation === 'write' ? { kind: 'error', code: 'ENOSPC' } : undefined) });
    const full = await createSpool(disk, join(dir, 'full'));
    const { send, pieces } = sender();
    const taking = takeIn(pieces(), 500, { ...resources, spool: full });
    send(bytesOf(10));
    await turns(() => budget.usedBytes === 500);
    clock.advance(1000);
    await turns(() => budget.usedBytes === 0 || full.fileCount === 1);
    send(bytesOf(490));
    send(null);
    await expect(taking).rejects.toMatchObject({ code: 'disk_full' });
    expect(budget.usedBytes).toBe(0);
    expect(full.fileCount).toBe(0);
  });

  it('removes what a crash left in the spool', async () => {
    await spool.open();
    expect(await readdir(join(dir, 'spool'))).toHaveLength(1);
    await createSpool(nodeDisk, join(dir, 'spool'));
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });
});
