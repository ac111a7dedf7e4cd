import { expect, test } from 'vitest';
import { fitLabels } from '../../../../renderer/charts/line-labels.ts';
import { contentOf, ringOf, seriesOf } from './content.ts';

const range = { fromMs: new Date(2025, 2, 14, 14, 0).getTime(), toMs: new Date(2025, 2, 14, 14, 5).getTime() };
const { fromMs } = range;

test('names stand at the ends of the lines where there is room, else a legend has to do', () => {
  const content = contentOf(Array.from({ length: 5 }, (_, index) => seriesOf(`node-${index}`, [[fromMs, 1]])));
  expect(fitLabels().widthPx(content, range, 600, 160)).toBeGreaterThan(60);
  expect(fitLabels().widthPx(content, range, 240, 160)).toBe(0);
  expect(fitLabels().widthPx(content, range, 600, 60)).toBe(0);
});

test('the room for names grows with the digits and does not shrink again', () => {
  const ring = ringOf([[fromMs, 1]]);
  const content = contentOf([{ id: 'a', name: 'a', colour: 'var(--n1)', ring }], { format: (value) => ({ value: String(value), unit: '' }) });
  const labels = fitLabels();
  const small = labels.widthPx(content, range, 600, 160);
  ring.append(range.toMs - 1_000, 123_456_789);
  const wide = labels.widthPx(content, range, 600, 160);
  ring.append(range.toMs - 500, 1);
  expect(wide).toBeGreaterThan(small);
  expect(labels.widthPx(content, range, 600, 160)).toBe(wide);
});
