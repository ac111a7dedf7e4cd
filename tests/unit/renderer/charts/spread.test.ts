import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../../../renderer/charts/spread.ts';

test('labels with room stay where they want to be', () => {
  expect(spread([20, 60, 100], 14, 0, 120)).toEqual([20, 60, 100]);
});

test('labels at one place stand above one another in their order', () => {
  expect(spread([50, 50, 50], 14, 0, 200)).toEqual([50, 64, 78]);
});

test('labels at the edge are moved in', () => {
  expect(spread([0, 119, 120], 14, 0, 120)).toEqual([7, 99, 113]);
});

test('no label leaves the room or covers another, whatever they want', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 12 }), (wishes) => {
      const places = spread(wishes, 14, 0, 200);
      const sorted = places.toSorted((a, b) => a - b);
      for (const place of places) {
        expect(place).toBeGreaterThanOrEqual(7 - 1e-6);
        expect(place).toBeLessThanOrEqual(193 + 1e-6);
      }
      for (let index = 1; index < sorted.length; index++) expect(sorted[index]! - sorted[index - 1]!).toBeGreaterThanOrEqual(14 - 1e-6);
    }),
  );
});

test('more labels than fit are pressed together evenly', () => {
  const places = spread([10, 10, 10, 10], 14, 0, 40);
  expect(places).toEqual([5, 15, 25, 35].map((place) => place));
});
