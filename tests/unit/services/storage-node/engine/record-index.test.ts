import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../runtime/platform/random.ts';
import { FLAG_TOMBSTONE } from '../../../../../runtime/services/storage-node/engine/entry-table.ts';
import { KIND_CHUNK, KIND_FRAGMENT } from '../../../../../runtime/services/storage-node/engine/layout.ts';
import { RecordIndex } from '../../../../../runtime/services/storage-node/engine/record-index.ts';

const UUID = '0123456789abcdef0123456789abcdef';
const NO_SHA = new Uint8Array(32);

describe('the record index', () => {
  it.each([1, 2, 3])('agrees with a plain map over random inserts, replacements and removals (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const index = new RecordIndex(UUID);
    const model = new Map<string, { sequence: number; position: number }>();
    for (let step = 0; step < 30_000; step++) {
      const kind = random() < 0.5 ? KIND_CHUNK : KIND_FRAGMENT;
      const key = `key-${Math.floor(random() * 4000)}`.padEnd(8 + Math.floor(random() * 3), '.');
      const name = `${kind}/${key}`;
      if (random() < 0.25) {
        const id = index.locate(kind, key);
        expect(id === -1).toBe(!model.has(name));
        if (id !== -1) index.remove(id);
        model.delete(name);
        continue;
      }
      const sequence = Math.floor(random() * 1_000_000);
      const value = { sequence, slot: step % 3, position: step * 8, payloadBytes: 100, flags: kind };
      const bytes = Buffer.from(key);
      const id = index.apply(bytes, 0, bytes.length, value, NO_SHA, 0);
      const known = model.get(name);
      expect(id === -1).toBe(known !== undefined && known.sequence > sequence);
      if (id !== -1) model.set(name, { sequence, position: value.position });
    }
    expect(index.chunkCount).toBe(model.size);
    for (const [name, { sequence, position }] of model) {
      const [kind, key] = name.split('/') as [string, string];
      const id = index.locate(Number(kind), key);
      expect([index.entries.sequence(id), index.entries.position(id), index.keyOf(id).toString()]).toEqual([sequence, position, key]);
    }
    expect([0, 1, 2].reduce((sum, slot) => sum + index.usageOf(slot).recordCount, 0)).toBe(model.size);
  });

  it('counts tombstones as known but not as readable', () => {
    const index = new RecordIndex(UUID);
    const key = Buffer.from('k');
    index.apply(key, 0, 1, { sequence: 1, slot: 0, position: 0, payloadBytes: 10, flags: KIND_CHUNK }, NO_SHA, 0);
    expect([index.chunkCount, index.recordCount]).toEqual([1, 1]);
    const id = index.apply(key, 0, 1, { sequence: 2, slot: 0, position: 64, payloadBytes: 0, flags: KIND_CHUNK | FLAG_TOMBSTONE }, NO_SHA, 0);
    expect([index.chunkCount, index.recordCount, index.isReadable(id)]).toEqual([0, 0, false]);
    expect(index.usageOf(0).tombstoneBytes).toBeGreaterThan(0);
  });

  it('stays below 110 bytes a record with ids like ours', () => {
    const index = new RecordIndex(UUID);
    const count = 200_000;
    for (let at = 0; at < count; at++) {
      const key = Buffer.from(`vid-${at.toString(16).padStart(12, '0')}-chunk-000`);
      index.apply(key, 0, key.length, { sequence: at, slot: 0, position: at * 8, payloadBytes: 1, flags: KIND_CHUNK }, NO_SHA, 0);
    }
    expect(index.bytes / count).toBeLessThan(110);
  });
});
