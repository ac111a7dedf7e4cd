import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createLineBatch } from '../../../../runtime/platform/process/line-batch.ts';

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
    for (let index = 0; index < 700; index++) batch.add(String(index));
    clock.advance(100);
    expect(sent[0]).toMatchObject({ droppedCount: 200 });
    expect(sent[0]!.lines).toHaveLength(500);
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
