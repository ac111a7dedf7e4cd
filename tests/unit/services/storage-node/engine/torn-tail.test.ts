import { describe, expect, it } from 'vitest';
import { judgeTail } from '../../../../../runtime/services/storage-node/engine/tail.ts';
import type { TailItem } from '../../../../../runtime/services/storage-node/engine/tail.ts';
import { createSimulatedStore, readAll } from '../../../../fixtures/simulated-store.ts';

/** `2.1/3` is the second of three records of group 2, `!` damaged; `gap` is a stretch without a header. Items are 10 bytes each. */
const itemsOf = (text: string): TailItem[] =>
  text.split(' ').filter(Boolean).map((word, index) => {
    const place = { positionBytes: index * 10, lengthBytes: 10 };
    if (word === 'gap') return { kind: 'gap', ...place };
    const [group, indexInGroup, recordsInGroup] = word.replace('!', '').split(/[./]/).map(Number) as [number, number, number];
    return { kind: 'record', ...place, group, indexInGroup, recordsInGroup, damage: word.endsWith('!') ? 'damaged' : undefined };
  });

describe('the verdict on what lies past the seal', () => {
  it.each([
    ['nothing', '', { keptCount: 0, cutBytes: undefined, rotten: [] }],
    ['whole groups', '5.0/1 6.0/2 6.1/2', { keptCount: 3, cutBytes: undefined, rotten: [] }],
    ['a last group without its end', '5.0/1 6.0/2', { keptCount: 1, cutBytes: 10, rotten: [] }],
    ['a damaged record in the last group', '5.0/1 6.0/2 6.1/2!', { keptCount: 1, cutBytes: 10, rotten: [] }],
    ['a last group of which no header arrived', '5.0/1 gap', { keptCount: 1, cutBytes: 10, rotten: [] }],
    ['a last group whose first header did not arrive', '5.0/1 gap 6.1/2', { keptCount: 1, cutBytes: 10, rotten: [] }],
    ['the same right behind the seal', 'gap 5.1/2', { keptCount: 0, cutBytes: 0, rotten: [] }],
    ['only unreadable bytes', 'gap', { keptCount: 0, cutBytes: 0, rotten: [] }],
    ['damage before a later group', '5.0/1! 6.0/1', { keptCount: 2, cutBytes: undefined, rotten: [0] }],
    ['an unreadable group before a later one', '5.0/1 gap 7.0/1', { keptCount: 3, cutBytes: undefined, rotten: [1] }],
    ['an unreadable group behind the seal', 'gap 6.0/1', { keptCount: 2, cutBytes: undefined, rotten: [0] }],
    ['an unreadable group, then a torn one', '5.0/1 gap 7.1/2', { keptCount: 2, cutBytes: 20, rotten: [1] }],
    ['rot and a torn end', '5.0/1! 6.0/1 7.0/2', { keptCount: 2, cutBytes: 20, rotten: [0] }],
  ])('%s: %s', (_, text, verdict) => {
    expect(judgeTail(itemsOf(text), 4)).toEqual(verdict);
  });
});

describe('truncation of an unsealed last group', () => {
  it('cuts that group and nothing else, at whatever byte the file ends', async () => {
    const simulated = createSimulatedStore();
    const store = await simulated.open();
    await store.commit([{ kind: 'chunk', key: 'sealed', bytes: Buffer.from('sealed') }]);
    await store.seal();
    await store.commit([{ kind: 'chunk', key: 'acknowledged', bytes: Buffer.from('acknowledged') }]);
    const groupStart = simulated.disk.peek(simulated.superblockPath()).length;
    await store.commit([{ kind: 'chunk', key: 'torn', bytes: Buffer.alloc(150, 't') }, { kind: 'acceptor', key: 'torn', bytes: Buffer.from('{}') }]);
    const whole = simulated.disk.peek(simulated.superblockPath());

    for (let end = groupStart; end <= whole.length; end++) {
      const image = createSimulatedStore();
      await image.disk.makeDirectory('/store');
      const file = await image.disk.create(simulated.superblockPath());
      await file.write([whole.subarray(0, end)], 0);
      await file.sync();
      await image.disk.syncDirectory('/store');
      const reopened = await image.open();
      expect(await readAll(reopened, 'chunk', 'sealed')).toBe('sealed');
      expect(await readAll(reopened, 'chunk', 'acknowledged')).toBe('acknowledged');
      const isWhole = end === whole.length;
      expect(await readAll(reopened, 'chunk', 'torn')).toBe(isWhole ? 't'.repeat(150) : undefined);
      expect(await readAll(reopened, 'acceptor', 'torn')).toBe(isWhole ? '{}' : undefined);
      expect(reopened.quarantined()).toEqual([]);
      await reopened.commit([{ kind: 'chunk', key: 'next', bytes: Buffer.from('next') }]);
      await reopened.close();
      const again = await image.open();
      expect([...again.keys('chunk')].sort()).toEqual(isWhole ? ['acknowledged', 'next', 'sealed', 'torn'] : ['acknowledged', 'next', 'sealed']);
      await again.close();
    }
  });
});
