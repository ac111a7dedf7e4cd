import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { CHARS_MAX, createLineBatch, LINES_MAX } from '../../../../runtime/platform/process/line-batch.ts';

const create = () => {
  const clock = createManualClock();
  const sent: { lines: string[]; droppedCount: number; done: () => void }[] = [];
  const batch = createLineBatch(clock, (lines, droppedCount, done) => sent.push({ lines, droppedCount, done }));
  return { clock, sent, batch };
};

describe('a batch of lines', () => {
  it('gathers what comes within a tenth of a second', () => {
    const { clock, sent, batch } = create();
    batch.add('a');
    batch.add('b');
    clock.advance(99);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toMatchObject([{ lines: ['a', 'b'], droppedCount: 0 }]);
  });

  it('waits until the one before it has left', () => {
    const { clock, sent, batch } = create();
    batch.add('a');
    clock.advance(100);
    batch.add('b');
    clock.advance(1000);
    expect(sent).toHaveLength(1);
    sent[0]!.done();
    clock.advance(100);
    expect(sent[1]).toMatchObject({ lines: ['b'] });
  });

  it('is bounded, and counts what it dropped', () => {
    const { clock, sent, batch } = create();
    for (let index = 0; index < LINES_MAX + 200; index++) batch.add(String(index));
    clock.advance(100);
    expect(sent[0]).toMatchObject({ droppedCount: 200 });
    expect(sent[0]!.lines).toHaveLength(LINES_MAX);
    sent[0]!.done();
    for (let index = 0; index < 100; index++) batch.add('x'.repeat(CHARS_MAX / 10));
    clock.advance(100);
    expect(sent[1]).toMatchObject({ droppedCount: 90 });
    expect(sent[1]!.lines).toHaveLength(10);
  });

  it('carries 10,000 lines a second whole, also when the receiver is busy for a third of a second', () => {
    const { clock, sent, batch } = create();
    for (let part = 0; part < 12; part++) {
      for (let index = 0; index < 1_000; index++) batch.add('line');
      clock.advance(100);
      if (part % 4 === 3) sent.at(-1)!.done();
    }
    clock.advance(100);
    sent.at(-1)!.done();
    clock.advance(100);
    expect(sent.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(12_000);
    expect(sent.every(({ droppedCount }) => droppedCount === 0)).toBe(true);
  });

  it('leaves at once when it is flushed', () => {
    const { sent, batch } = create();
    batch.flush();
    expect(sent).toEqual([]);
    batch.add('one');
    batch.flush();
    batch.add('last words');
    batch.flush();
    expect(sent).toMatchObject([{ lines: ['one'] }, { lines: ['last words'] }]);
  });
});
