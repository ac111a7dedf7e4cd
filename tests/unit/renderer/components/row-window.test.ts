import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { piecesOf, rangeOf, type RowRange } from '../../../../renderer/components/row-window.ts';

const ROW_PX = 34;
const VISIBLE_PX = 400;
const at = (hiddenPx: number, rowCount = 10_000): RowRange => rangeOf({ hiddenPx, visiblePx: VISIBLE_PX, rowPx: ROW_PX, rowCount });

describe('the window', () => {
  test('begins at the first row, with some to spare below', () => {
    expect(at(0).start).toBe(0);
    expect(at(0).end).toBeGreaterThan(Math.ceil(VISIBLE_PX / ROW_PX));
  });
  test('moves in steps, so that not every pixel draws anew', () => {
    expect(at(ROW_PX * 500 + 1)).toEqual(at(ROW_PX * 500 + 20));
  });
  test('always covers what is seen, holds few rows more, and stays within the table', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000, max: 400_000 }), fc.integer({ min: 1, max: 10_000 }), (hiddenPx, rowCount) => {
        const { start, end } = at(hiddenPx, rowCount);
        const firstSeen = Math.max(0, Math.floor(hiddenPx / ROW_PX));
        const lastSeen = Math.min(rowCount, Math.ceil((hiddenPx + VISIBLE_PX) / ROW_PX));
        if (firstSeen < rowCount && lastSeen > 0) {
          expect(start).toBeLessThanOrEqual(firstSeen);
          expect(end).toBeGreaterThanOrEqual(lastSeen);
        }
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(rowCount);
        expect(end - start).toBeLessThanOrEqual(Math.ceil(VISIBLE_PX / ROW_PX) + 30);
      }),
    );
  });
});

describe('the pieces of the body', () => {
  test('are the drawn rows between two gaps', () => {
    expect(piecesOf({ start: 2, end: 4 }, 10, -1)).toEqual([
      { kind: 'gap', index: 0, rowCount: 2 }, { kind: 'row', index: 2 }, { kind: 'row', index: 3 }, { kind: 'gap', index: 4, rowCount: 6 },
    ]);
  });
  test('keep the row with the focus, above or below the window', () => {
    const indexes = (keptIndex: number): number[] => piecesOf({ start: 4, end: 6 }, 10, keptIndex).filter((piece) => piece.kind === 'row').map((piece) => piece.index);
    expect(indexes(1)).toEqual([1, 4, 5]);
    expect(indexes(8)).toEqual([4, 5, 8]);
    expect(indexes(5)).toEqual([4, 5]);
  });
  test('stand for every row once and in order, whatever the window, even after rows have gone', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(60), fc.nat(300), fc.integer({ min: -1, max: 320 }), (start, length, rowCount, keptIndex) => {
        let next = 0;
        for (const piece of piecesOf({ start, end: start + length }, rowCount, keptIndex)) {
          expect(piece.index).toBe(next);
          next += piece.kind === 'row' ? 1 : piece.rowCount;
        }
        expect(next).toBe(rowCount);
      }),
    );
  });
});
