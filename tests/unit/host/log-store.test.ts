import { describe, expect, it } from 'vitest';
import type { EventData } from '../../../runtime/contract/control/index.ts';
import { CHARS_KEPT, LINES_KEPT } from '../../../runtime/host/log-ring.ts';
import { BATCH_LINES_MAX, BATCH_MS, createLogStore, LATE_MS_MAX } from '../../../runtime/host/log-store.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';

const setUp = () => {
  const clock = createManualClock(1_000_000);
  const batches: EventData<'logs:lines'>[] = [];
  return { clock, batches, store: createLogStore(clock, (batch) => batches.push(batch)) };
};
const line = (msg: string, extra: object = {}): string => JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', component: 'x', msg, ...extra });
const all = { level: 'debug' as const, limit: LINES_KEPT };

describe('the log store', () => {
  it('reads the lines that pino writes and keeps what else they say as fields', () => {
    const { store } = setUp();
    store.add('node-1', [line('started', { port: 7, node: 'node-1' })]);
    expect(store.query(all)).toEqual([{ sequence: 1, atMs: Date.parse('2026-01-01T00:00:00Z'), level: 'info', source: 'node-1', message: 'started', fields: { port: 7 } }]);
  });

  it('keeps a line that is no JSON as it is, and maps levels it does not have', () => {
    const { store } = setUp();
    store.add('metadata', ['Segmentation fault', '[1]', line('a', { level: 'fatal' }), line('b', { level: 'trace' })]);
    expect(store.query(all).map(({ level, message }) => [level, message])).toEqual([['info', 'Segmentation fault'], ['info', '[1]'], ['error', 'a'], ['debug', 'b']]);
  });

  it('sends lines in batches, not one by one', () => {
    const { store, clock, batches } = setUp();
    store.add('a', [line('1')]);
    store.add('b', [line('2')]);
    expect(batches).toEqual([]);
    clock.advance(BATCH_MS);
    expect(batches.map((batch) => batch.lines.map(({ message }) => message))).toEqual([['1', '2']]);
    clock.advance(BATCH_MS * 10);
    expect(batches).toHaveLength(1);
  });

  it('numbers lines in the order in which they were written, although each process tells its own later', () => {
    const { store, clock, batches } = setUp();
    const at = (ms: number): object => ({ time: new Date(1_000_000 + ms).toISOString() });
    store.add('host', [line('node-2 is ready', at(126))]);
    clock.advance(LATE_MS_MAX / 2);
    store.add('node-2', [line('opened', at(32)), line('serving', at(120))]);
    clock.advance(BATCH_MS);
    store.add('node-2', [line('later', at(300))]);
    store.add('host', [line('latest', at(310))]);
    clock.advance(2 * BATCH_MS);
    const told = batches.flatMap((batch) => batch.lines.map(({ sequence, message }) => [sequence, message]));
    expect(told).toEqual([[1, 'opened'], [2, 'serving'], [3, 'node-2 is ready'], [4, 'later'], [5, 'latest']]);
    expect(store.query(all).map(({ message }) => message)).toEqual(told.map(([, message]) => message));
  });

  it('answers with every line that has come, also with those that still wait for earlier ones', () => {
    const { store, clock, batches } = setUp();
    store.add('a', [line('1')]);
    expect(store.query(all)).toHaveLength(1);
    clock.advance(BATCH_MS);
    expect(batches.map((batch) => batch.lines.length)).toEqual([1]);
  });

  it('drops the oldest lines of a burst from the stream and counts them, but keeps them for queries', () => {
    const { store, clock, batches } = setUp();
    const count = BATCH_LINES_MAX + 30;
    store.add('a', Array.from({ length: count }, (_, index) => line(String(index))), 5);
    clock.advance(BATCH_MS);
    expect(batches[0]!.lines).toHaveLength(BATCH_LINES_MAX);
    expect(batches[0]!.lines[0]!.message).toBe('30');
    expect(batches[0]!.droppedCount).toBe(35);
    expect(store.query(all)).toHaveLength(count);
  });

  it('answers with the youngest lines, oldest first, filtered by source, level and sequence', () => {
    const { store } = setUp();
    store.add('a', [line('1'), line('2', { level: 'warn' }), line('3')]);
    store.add('b', [line('4', { level: 'error' })]);
    const messages = (query: object): string[] => store.query({ ...all, ...query }).map(({ message }) => message);
    expect(messages({ limit: 2 })).toEqual(['3', '4']);
    expect(messages({ source: 'a' })).toEqual(['1', '2', '3']);
    expect(messages({ level: 'warn' })).toEqual(['2', '4']);
    expect(messages({ afterSequence: 2 })).toEqual(['3', '4']);
    expect(messages({ afterSequence: 4 })).toEqual([]);
    expect(messages({ beforeSequence: 3 })).toEqual(['1', '2']);
    expect(messages({ beforeSequence: 4, limit: 1 })).toEqual(['3']);
    expect(messages({ afterSequence: 1, beforeSequence: 3 })).toEqual(['2']);
    expect(messages({ sources: ['b', 'c'] })).toEqual(['4']);
    expect(messages({ sources: ['a', 'b'], source: 'a', level: 'warn' })).toEqual(['2']);
    expect(messages({ sources: [] })).toEqual([]);
  });

  it('carries 10,000 lines a second without loss, in five batches', () => {
    const { store, clock, batches } = setUp();
    for (let second = 0; second < 3; second++) {
      for (let part = 0; part < 10; part++) {
        store.add('a', Array.from({ length: 1_000 }, (_, index) => line(String(index))));
        clock.advance(100);
      }
    }
    clock.advance(BATCH_MS);
    expect(batches.length).toBeLessThanOrEqual(16);
    expect(batches.flatMap((batch) => batch.lines.map(({ sequence }) => sequence))).toEqual(Array.from({ length: 30_000 }, (_, index) => index + 1));
    expect(batches.every((batch) => batch.droppedCount === 0)).toBe(true);
  });

  it('forgets the oldest lines once it is full', () => {
    const { store } = setUp();
    for (let index = 0; index < LINES_KEPT + 10; index++) store.add('a', [line(String(index))]);
    const kept = store.query(all);
    expect(kept).toHaveLength(LINES_KEPT);
    expect(kept[0]!.message).toBe('10');
    expect(kept.at(-1)!.sequence).toBe(LINES_KEPT + 10);
  });

  it('keeps fewer of long lines, and their messages only', () => {
    const { store, clock, batches } = setUp();
    const long = line('x'.repeat(10_000), { more: 'y' });
    const count = Math.ceil(CHARS_KEPT / long.length) + 50;
    for (let index = 0; index < count; index++) store.add('a', [long]);
    const kept = store.query(all);
    expect(kept.length * long.length).toBeLessThanOrEqual(CHARS_KEPT);
    expect(kept.at(-1)).toMatchObject({ sequence: count, message: 'x'.repeat(4_000), fields: { leftOut: expect.stringContaining('log file') as string } });
    clock.advance(BATCH_MS);
    expect(batches[0]!.lines.length + batches[0]!.droppedCount).toBe(count);
    expect(batches[0]!.lines.length).toBeLessThan(500);
  });

  it('is searched by a regular expression, in messages and fields, whatever the case', async () => {
    const { store } = setUp();
    store.add('a', [line('stored chunk 7', { chunkId: 'vid-1-chunk-007' }), line('Node is DOWN'), line('plain')]);
    const found = async (search: string): Promise<string[]> => (await store.search({ ...all, search })).map(({ message }) => message);
    expect(await found('^node.*down$')).toEqual(['Node is DOWN']);
    expect(await found('chunk-00[67]')).toEqual(['stored chunk 7']);
    expect(await found('a|o')).toHaveLength(3);
    expect((await store.search({ ...all, search: 'o', limit: 1, beforeSequence: 2 })).map(({ sequence }) => sequence)).toEqual([1]);
  });

  it('names the place where a search is no regular expression', async () => {
    const { store } = setUp();
    await expect(store.search({ ...all, search: 'ab(c' })).rejects.toThrow(/position 3/);
    await expect(store.exportText({ level: 'debug', search: '[' }, 1_000)).rejects.toThrow(/position 1/);
  });

  it('gives up a search that would take for ever, and goes on', async () => {
    const { store } = setUp();
    store.add('a', Array.from({ length: 50 }, () => line(`${'a'.repeat(60)}!`)));
    await expect(store.search({ ...all, search: '^(a+)+$' })).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('Simplify') as string });
    expect(await store.search({ ...all, search: '^a+!$' })).toHaveLength(50);
  });

  it('searches in slices, and is not misled by lines that come meanwhile', async () => {
    const { store } = setUp();
    store.add('a', Array.from({ length: LINES_KEPT }, (_, index) => line(`old ${index}`)));
    const searching = store.search({ ...all, search: '^old' });
    store.add('a', Array.from({ length: 30_000 }, (_, index) => line(`new ${index}`)));
    const found = await searching;
    const sequences = found.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    expect(found.every(({ message }) => message.startsWith('old'))).toBe(true);
    expect(sequences.at(-1)).toBe(LINES_KEPT);
  });

  it('exports the youngest lines that fit, one JSON object a line', async () => {
    const { store } = setUp();
    store.add('a', Array.from({ length: 1_000 }, (_, index) => line(`number ${index}`)));
    const lines = (await store.exportText({ level: 'debug' }, 10_000)).trimEnd().split('\n').map((text) => JSON.parse(text) as { sequence: number });
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.length).toBeLessThan(200);
    expect(lines.at(-1)).toMatchObject({ sequence: 1_000 });
    expect(await store.exportText({ level: 'debug', search: 'number 99\\b' }, 10_000)).toContain('number 99');
  });
});
