import { expect, test } from 'vitest';
import { createFrameMaker } from '../../../../renderer/charts/frame.ts';
import { drawBack, drawFront } from '../../../../renderer/charts/furniture.ts';
import type { Palette } from '../../../../renderer/charts/palette.ts';
import { contentOf, seriesOf } from './content.ts';

const tones = { ok: 'ok', warn: 'warn', bad: 'bad', idle: 'idle', busy: 'busy' };
const palette: Palette = { background: 'pane', ink: 'ink', inkQuiet: 'quiet', grid: 'grid', axis: 'axis', tones, resolve: (colour) => colour, textFont: 'text', figureFont: 'mono' };

/** A canvas that remembers the texts, and in which colour what was filled. */
const fakeCanvas = () => {
  const texts: string[] = [];
  const fills: string[] = [];
  let fillStyle = '';
  const context = new Proxy({} as Record<string, unknown>, {
    get: (_, name) => {
      if (name === 'fillText') return (text: string) => texts.push(text);
      if (name === 'fill') return () => fills.push(fillStyle);
      return name === 'measureText' ? () => ({ width: 20 }) : () => undefined;
    },
    set: (_, name, value: string) => {
      if (name === 'fillStyle') fillStyle = value;
      return true;
    },
  });
  return { texts, fills, context: context as unknown as CanvasRenderingContext2D };
};
const frameOf = (content: ReturnType<typeof contentOf>) => createFrameMaker()(content, { widthPx: 500, heightPx: 160, labelWidthPx: 80, range: { fromMs: 0, toMs: 100_000 } });

test('ticks of both axes are written, and the names of levels and band', () => {
  const content = contentOf([seriesOf('a', [[0, 1], [50_000, 2]])], { levels: [{ value: 15, label: 'low water 15 s', tone: 'warn' }], band: { from: 15, to: 30, label: 'target 30 s' } });
  const { context, texts } = fakeCanvas();
  drawBack(context, frameOf(content), content, palette);
  drawFront(context, frameOf(content), content, palette);
  expect(texts).toEqual(expect.arrayContaining(['0', '10', '20', '30', 'low water 15 s', 'target 30 s']));
  expect(texts.filter((text) => /^\d\d:\d\d/.test(text)).length).toBeGreaterThan(1);
});

test('names that would cover one another are left out', () => {
  const content = contentOf([seriesOf('a', [[0, 100]])], { levels: [{ value: 50, label: 'one', tone: 'warn' }, { value: 50.5, label: 'other', tone: 'ok' }] });
  const { context, texts } = fakeCanvas();
  drawFront(context, frameOf(content), content, palette);
  expect(texts).toEqual(['one']);
});

test('an event within the range has its sign on the time axis, in its tone; others have none', () => {
  const content = contentOf([seriesOf('a', [[0, 1], [1_000, 2]])], { marks: [{ atMs: 50_000, tone: 'warn', label: 'degraded' }, { atMs: -5, tone: 'ok', label: 'long ago' }] });
  const { context, fills } = fakeCanvas();
  drawFront(context, frameOf(content), content, palette);
  expect(fills).toEqual(['warn']);
});

test('of events too near to tell apart the worse one has its sign', () => {
  const marks = [{ atMs: 50_000, tone: 'ok', label: 'ready again' }, { atMs: 50_500, tone: 'warn', label: 'degraded' }, { atMs: 90_000, tone: 'ok', label: 'later' }] as const;
  const content = contentOf([seriesOf('a', [[0, 1], [1_000, 2]])], { marks });
  const { context, fills } = fakeCanvas();
  drawFront(context, frameOf(content), content, palette);
  expect(fills).toEqual(['warn', 'ok']);
});

test('a sample between two gaps is a dot, since it has no line to be seen by', () => {
  const content = contentOf([seriesOf('a', [[0, 1], [1_000, 2], [2_000, null], [3_000, 5], [4_000, null], [9_000, 1]], { colour: 'red' })]);
  const { context, fills } = fakeCanvas();
  drawFront(context, frameOf(content), content, palette);
  expect(fills).toEqual(['red', 'red']);
});
