import { describe, expect, it } from 'vitest';
import type { EventData } from '../../../runtime/contract/control/index.ts';
import { BATCH_LINES_MAX, BATCH_MS, createLogStore, LINES_KEPT } from '../../../runtime/host/log-store.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';

const setUp = () => {
  const clock = createManualClock(1_000_000);
  const batches: EventData<'logs:lines'>[] = [];
  return { clock, batches, store: createLogStore(clock, (batch) => batches.push(batch)) };
};
const line = (msg: string, extra: object = {}): string => JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', component: 'x', msg, ...extra });
const all = { level: 'debug' as const, limit: 10_000 };

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
  });

  it('forgets the oldest lines once it is full', () => {
    const { store } = setUp();
    for (let index = 0; index < LINES_KEPT + 10; index++) store.add('a', [line(String(index))]);
    const kept = store.query(all);
    expect(kept).toHaveLength(LINES_KEPT);
    expect(kept[0]!.message).toBe('10');
    expect(kept.at(-1)!.sequence).toBe(LINES_KEPT + 10);
  });
});
