import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../runtime/contract/units.ts';
import { sha256Hex } from '../../runtime/platform/crypto.ts';
import type { Disk } from '../../runtime/platform/disk/disk.ts';
import { nodeDisk } from '../../runtime/platform/disk/node-disk.ts';
import { createSimulatedDisk } from '../../runtime/platform/disk/simulated-disk.ts';
import { openStore } from '../../runtime/services/storage-node/engine/open-store.ts';
import type { Store, StoreSettings } from '../../runtime/services/storage-node/engine/types.ts';
import { readAll } from '../fixtures/simulated-store.ts';

const implementations: Record<string, () => Disk> = { 'the real disk': () => nodeDisk, 'the simulated disk': () => createSimulatedDisk() };

/** Bytes that differ everywhere, so that a piece from the wrong place shows. */
const pattern = (sizeBytes: number, seed = 1): Buffer => Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 255));

describe.each(Object.entries(implementations))('a store on %s', (_, create) => {
  let disk: Disk;
  let dir: string;
  let store: Store;

  const open = (settings: Partial<StoreSettings> = {}): Promise<Store> =>
    openStore({ disk, dir, settings: { compactionIntervalMs: 0, scrubBytesPerSecond: 0, ...settings } });
  const reopen = async (settings?: Partial<StoreSettings>): Promise<void> => {
    await store.close();
    store = await open(settings);
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vstack-store-'));
    disk = create();
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('gives back what was committed, before and after a restart, under the same uuid', async () => {
    const { uuid } = store;
    await store.commit([{ kind: 'chunk', key: 'a', bytes: pattern(300_000) }, { kind: 'acceptor', key: 'a', bytes: Buffer.from('state') }]);
    for (let start = 0; start < 2; start++) {
      const read = await store.read('chunk', 'a');
      expect(Buffer.concat(read.pieces).equals(pattern(300_000))).toBe(true);
      expect(read).toMatchObject({ sizeBytes: 300_000, start: 0, end: 300_000, sha256: sha256Hex(pattern(300_000)) });
      read.release();
      expect(await readAll(store, 'acceptor', 'a')).toBe('state');
      await reopen();
    }
    expect(store.uuid).toBe(uuid);
  });

  it('lets the newest write of a key win, and tells kinds apart', async () => {
    for (const text of ['one', 'two', 'three']) await store.commit([{ kind: 'acceptor', key: 'k', bytes: Buffer.from(text) }]);
    expect(await readAll(store, 'acceptor', 'k')).toBe('three');
    expect(await store.readSmall('chunk', 'k')).toBeUndefined();
    await reopen();
    expect(await readAll(store, 'acceptor', 'k')).toBe('three');
  });

  it.each([
    [0, 1], [0, 65_536], [65_535, 65_537], [65_536, 131_072], [262_143, 262_145], [100_000, 700_000], [699_999, 700_000], [0, 700_000],
  ])('reads the range %i–%i of a chunk that spans several blocks and buffers', async (start, end) => {
    await store.commit([{ kind: 'chunk', key: 'c', bytes: pattern(700_000) }]);
    const read = await store.read('chunk', 'c', { start, end });
    expect(Buffer.concat(read.pieces).equals(pattern(700_000).subarray(start, end))).toBe(true);
    read.release();
    expect(store.health().bufferBytesInUse).toBe(0);
  });

  it.each([[-1, 5], [5, 5], [6, 5], [0, 101], [0.5, 2]])('refuses the range %d–%d of 100 bytes', async (start, end) => {
    await store.commit([{ kind: 'chunk', key: 'c', bytes: pattern(100) }]);
    await expect(store.read('chunk', 'c', { start, end })).rejects.toMatchObject({ code: 'range_not_satisfiable' });
  });

  it('forgets a deleted key for good, also over a restart, and takes it anew', async () => {
    await store.commit([{ kind: 'chunk', key: 'a', bytes: pattern(10) }]);
    await store.delete('chunk', 'a');
    await store.delete('chunk', 'never there');
    await expect(store.read('chunk', 'a')).rejects.toMatchObject({ code: 'not_found' });
    await reopen();
    expect(store.stat('chunk', 'a')).toBeUndefined();
    expect([...store.keys('chunk')]).toEqual([]);
    await store.commit([{ kind: 'chunk', key: 'a', bytes: pattern(11) }]);
    expect(store.stat('chunk', 'a')?.sizeBytes).toBe(11);
  });

  it('lists keys by kind and prefix', async () => {
    const put = (kind: 'chunk' | 'fragment', key: string) => store.commit([{ kind, key, bytes: pattern(1) }]);
    await Promise.all([put('chunk', 'v1-a'), put('chunk', 'v1-b'), put('chunk', 'v2-a'), put('fragment', 'v1-frag'), put('chunk', 'schlüssel-é')]);
    expect([...store.keys('chunk', 'v1-')].sort()).toEqual(['v1-a', 'v1-b']);
    expect([...store.keys('fragment')]).toEqual(['v1-frag']);
    expect([...store.keys('chunk', 'schlü')]).toEqual(['schlüssel-é']);
    expect(store.health()).toMatchObject({ chunkCount: 5, recordCount: 5, writable: true, full: false, damageCount: 0 });
  });

  it('takes keys of 1 to 300 bytes, empty payloads, and the largest chunk, and refuses more', async () => {
    const longest = 'k'.repeat(300);
    await store.commit([{ kind: 'chunk', key: longest, bytes: pattern(0) }, { kind: 'chunk', key: 'large', bytes: Buffer.alloc(8 * MIB, 7) }]);
    const read = await store.read('chunk', 'large');
    expect(Buffer.concat(read.pieces).equals(Buffer.alloc(8 * MIB, 7))).toBe(true);
    read.release();
    await reopen();
    expect(await readAll(store, 'chunk', longest)).toBe('');
    await expect(store.commit([{ kind: 'chunk', key: `${longest}k`, bytes: pattern(1) }])).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.commit([{ kind: 'chunk', key: '', bytes: pattern(1) }])).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.commit([{ kind: 'chunk', key: 'x', bytes: Buffer.alloc(8 * MIB + 1) }])).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('rolls over many small superblocks and finds everything again, also without hints', async () => {
    await reopen({ superblockBytes: 64 * KIB });
    const keys = Array.from({ length: 200 }, (_, index) => `chunk-${index}`);
    await Promise.all(keys.map((key, index) => store.commit([{ kind: 'chunk', key, bytes: pattern(1000 + index, index) }])));
    expect(store.health().superblockCount).toBeGreaterThan(3);
    for (const withHints of [true, false]) {
      await store.close();
      if (!withHints) for (const name of await disk.readDirectory(dir)) if (name.endsWith('.hint')) await disk.unlink(`${dir}/${name}`);
      store = await open({ superblockBytes: 64 * KIB });
      expect([...store.keys('chunk')].sort()).toEqual([...keys].sort());
      for (const [index, key] of keys.entries()) {
        const bytes = await store.readSmall('chunk', key);
        expect(Buffer.from(bytes!).equals(pattern(1000 + index, index))).toBe(true);
      }
    }
  });

  it('gives the room of dead records back and keeps what lives', async () => {
    await reopen({ superblockBytes: 256 * KIB });
    for (let round = 0; round < 4; round++) {
      for (let index = 0; index < 20; index++) await store.commit([{ kind: 'chunk', key: `k${index}`, bytes: pattern(10_000, round * 20 + index) }]);
    }
    for (let index = 10; index < 20; index++) await store.delete('chunk', `k${index}`);
    const usedBytes = store.health().usedBytes;
    const freedBytes = await store.compact({ all: true });
    expect(freedBytes).toBeGreaterThan(400_000);
    expect(store.health().usedBytes).toBeLessThan(usedBytes - 400_000);
    for (let check = 0; check < 2; check++) {
      for (let index = 0; index < 10; index++) expect(Buffer.from((await store.readSmall('chunk', `k${index}`))!).equals(pattern(10_000, 60 + index))).toBe(true);
      expect([...store.keys('chunk')]).toHaveLength(10);
      await reopen({ superblockBytes: 256 * KIB });
    }
  });

  it('serves a thousand reads at once within its memory budget', async () => {
    await reopen({ readBufferBytesMax: 10 * MIB });
    await store.commit([{ kind: 'chunk', key: 'c', bytes: pattern(600_000) }]);
    let bytesMax = 0;
    await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const read = await store.read('chunk', 'c', { start: index, end: 599_000 + index });
        bytesMax = Math.max(bytesMax, store.health().bufferBytesInUse);
        expect(read.pieces[0]![0]).toBe(pattern(index + 1)[index]);
        read.release();
        read.release();
      }),
    );
    expect(bytesMax).toBeLessThanOrEqual(10 * MIB);
    expect(store.health().bufferBytesInUse).toBe(0);
  });

  it('never mixes versions when reads, writes, deletes and compaction race', async () => {
    await reopen({ superblockBytes: 512 * KIB });
    const version = (index: number): Buffer => Buffer.alloc(70_000 + index, index % 251);
    let isDone = false;
    const writer = (async () => {
      for (let index = 0; index < 60; index++) {
        if (index % 7 === 6) await store.delete('chunk', 'k');
        else await store.commit([{ kind: 'chunk', key: 'k', bytes: version(index) }]);
        if (index % 10 === 9) await store.compact({ all: true });
      }
      isDone = true;
    })();
    const reader = async (): Promise<void> => {
      while (!isDone) {
        // A simulated disk answers without ever letting the event loop turn; without this the writer would starve.
        await new Promise((resolve) => void setImmediate(resolve));
        try {
          const read = await store.read('chunk', 'k');
          const index = read.sizeBytes - 70_000;
          expect(Buffer.concat(read.pieces).equals(version(index))).toBe(true);
          read.release();
        } catch (error) {
          expect(error).toMatchObject({ code: 'not_found' });
        }
      }
    };
    await Promise.all([writer, reader(), reader(), reader()]);
    expect(store.health().bufferBytesInUse).toBe(0);
  });

  it('resolves commits in the order they were called, and refuses them after it was closed', async () => {
    const order: number[] = [];
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.commit([{ kind: 'chunk', key: `k${index}`, bytes: pattern(100) }]).then(() => order.push(index))));
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
    await store.close();
    await expect(store.commit([{ kind: 'chunk', key: 'late', bytes: pattern(1) }])).rejects.toMatchObject({ code: 'unavailable' });
    store = await open();
    expect(store.health().recordCount).toBe(50);
  });

  it('finds nothing to complain about in a scrub of a sound store', async () => {
    await store.commit([{ kind: 'chunk', key: 'a', bytes: pattern(100_000) }, { kind: 'acceptor', key: 'a', bytes: pattern(30) }]);
    expect(await store.scrub()).toEqual([]);
  });
});
