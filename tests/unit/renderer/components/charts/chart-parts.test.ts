// @vitest-environment happy-dom
/** What stands on and beside a chart's canvas, each part for itself over one frame. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFrameMaker, type Frame, xOf, yOf } from '../../../../../renderer/charts/frame.ts';
import { LABEL_HEIGHT_PX } from '../../../../../renderer/charts/line-labels.ts';
import { timeText } from '../../../../../renderer/charts/ticks.ts';
import type { ChartContent } from '../../../../../renderer/charts/types.ts';
import ChartActions from '../../../../../renderer/components/charts/ChartActions.vue';
import ChartLegend from '../../../../../renderer/components/charts/ChartLegend.vue';
import ChartOverlay from '../../../../../renderer/components/charts/ChartOverlay.vue';
import ChartTable from '../../../../../renderer/components/charts/ChartTable.vue';
import LineLabels from '../../../../../renderer/components/charts/LineLabels.vue';
import { bytes } from '../../../../../renderer/format/quantity.ts';
import { contentOf, seriesOf } from '../../charts/content.ts';
import { mountAttached } from '../attached.ts';

afterEach(() => vi.restoreAllMocks());

const range = { fromMs: 0, toMs: 100_000 };
/** Two lines that end close to each other: 30 and 31 at the end, 10 and 20 in the middle. */
const two = (overrides: Partial<ChartContent> = {}): ChartContent =>
  contentOf([seriesOf('read', [[0, 0], [50_000, 10], [100_000, 30]]), seriesOf('written', [[0, 0], [50_000, 20], [100_000, 31]], { colour: 'var(--n2)', dashed: true })], overrides);
const frameOf = (content = two(), labelWidthPx = 80): Frame => createFrameMaker()(content, { widthPx: 500, heightPx: 160, labelWidthPx, range });
const plain = (text: string): string => text.replaceAll(/\s/gu, ' ');

describe('LineLabels', () => {
  const labels = (props: { frame?: Frame; crosshairMs?: number | null } = {}) => mountAttached(LineLabels, { props: { frame: frameOf(), crosshairMs: null, ...props } });

  test('name each line at its end with its last value, or with that under the crosshair', () => {
    expect(labels().findAll('.label').map((label) => label.text())).toEqual(['read30.0', 'written31.0']);
    expect(labels({ crosshairMs: 50_000 }).findAll('.label').map((label) => label.text())).toEqual(['read10.0', 'written20.0']);
  });
  test('do not cover each other, and are tied to the ends of their lines in their colours', () => {
    const frame = frameOf();
    const shown = labels({ frame });
    const tops = shown.findAll<HTMLElement>('.label').map(({ element }) => parseFloat(element.style.insetBlockStart));
    expect(tops[0]! - tops[1]!).toBeGreaterThanOrEqual(LABEL_HEIGHT_PX - 0.01);
    const leads = shown.findAll('path');
    expect(leads[0]!.attributes('d')).toMatch(new RegExp(`^M0 ${yOf(frame, 30)}L`));
    expect(leads[1]!.attributes('style')).toContain('var(--n2)');
  });
  test('a line that fell silent is named with a dash, and nothing leads to it', () => {
    const shown = labels({ frame: frameOf(contentOf([seriesOf('read', [[0, 1]])])) });
    expect(shown.get('.label').text()).toBe('read–');
    expect(shown.get('path').attributes('d')).toBe('');
  });
  test('write the unit only where it does not stand beside the title', () => {
    const shown = labels({ frame: frameOf(contentOf([seriesOf('read', [[100_000, 2048]])], { unit: '', format: bytes })) });
    expect(plain(shown.get('.label').text())).toBe('read2.00 KiB');
  });
});

describe('ChartLegend', () => {
  const entries = (crosshairMs: number | null, content = two()) => mountAttached(ChartLegend, { props: { frame: frameOf(content, 0), crosshairMs } }).findAll('.entry');

  test('names every line with its value, now or under the crosshair', () => {
    expect(entries(null).map((entry) => entry.text())).toEqual(['read30.0', 'written31.0']);
    expect(entries(50_000).map((entry) => entry.text())).toEqual(['read10.0', 'written20.0']);
  });
  test('draws the sample of a dashed line otherwise than that of one drawn through in the same colour', () => {
    const samples = entries(null, contentOf([seriesOf('read', []), seriesOf('written', [], { dashed: true })])).map(({ element }) => element.firstElementChild!.outerHTML);
    expect(samples[0]).not.toBe(samples[1]);
  });
});

describe('ChartOverlay', () => {
  const overlay = (props: object = {}) => mountAttached(ChartOverlay, { props: { frame: frameOf(), crosshairMs: null, brush: null, isFlagged: false, ...props } });

  test('is empty while nothing points', () => {
    expect(overlay().findAll('svg > *')).toHaveLength(0);
  });
  test('stands a line under the crosshair with a dot on each line of the chart', () => {
    const frame = frameOf();
    const shown = overlay({ frame, crosshairMs: 50_000 });
    const x = Math.round(xOf(frame, 50_000)) + 0.5;
    expect(shown.get('.line').attributes('d')).toBe(`M${x} ${frame.area.top}V${frame.area.bottom}`);
    expect(shown.findAll('circle').map((dot) => [Number(dot.attributes('cx')), Number(dot.attributes('cy'))])).toEqual([[x, yOf(frame, 10)], [x, yOf(frame, 20)]]);
  });
  test('of the chart that is pointed at says the time and what happened then; more than three are counted', () => {
    const marks = ['died', 'restarted', 'ready', 'paused', 'resumed'].map((label) => ({ atMs: 50_000, label, tone: 'warn' as const }));
    const frame = frameOf(two({ marks: [...marks, { atMs: 90_000, label: 'elsewhere', tone: 'ok' }] }));
    expect(overlay({ frame, crosshairMs: 50_000, isFlagged: true }).findAll('.flag > *').map((line) => line.text())).toEqual([timeText(50_000), 'died', 'restarted', 'ready', 'and 2 more']);
    expect(overlay({ frame, crosshairMs: 50_000 }).find('.flag').exists()).toBe(false);
  });
  test('turns its flag before the edge', () => {
    expect(overlay({ crosshairMs: 50_000, isFlagged: true }).get('.flag').classes('turned')).toBe(false);
    expect(overlay({ crosshairMs: 99_000, isFlagged: true }).get('.flag').classes('turned')).toBe(true);
  });
  test('draws a brush as far as the picture reaches, and no crosshair from outside it', () => {
    const frame = frameOf();
    const shown = overlay({ frame, brush: { fromMs: 50_000, toMs: 400_000 }, crosshairMs: 400_000 });
    const brush = shown.get('.brush');
    expect(Number(brush.attributes('x'))).toBe(xOf(frame, 50_000));
    expect(Number(brush.attributes('x')) + Number(brush.attributes('width'))).toBeCloseTo(frame.area.right);
    expect(shown.find('.line').exists()).toBe(false);
  });
});

describe('ChartTable', () => {
  test('holds the figures in rows, the youngest first, under a name that says what they are', () => {
    const table = mountAttached(ChartTable, { props: { content: two(), range } });
    expect(table.attributes()).toMatchObject({ role: 'region', tabindex: '0', 'aria-label': 'Buffer as a table' });
    expect(table.get('caption').text()).toBe('Buffer, s');
    expect(table.findAll('thead th').map((head) => head.text())).toEqual(['Time', 'read', 'written']);
    const rows = table.findAll('tbody tr');
    expect(rows[0]!.get('th').text()).toBe(timeText(range.toMs));
    expect(rows[0]!.findAll('td').map((cell) => cell.text())).toEqual(['30.0 s', '31.0 s']);
    expect(rows.length).toBeGreaterThan(1);
  });
  test('says in words that there is nothing', () => {
    const table = mountAttached(ChartTable, { props: { content: contentOf([seriesOf('read', [])]), range } });
    expect(table.text()).toContain('No samples in this time');
    expect(table.findAll('tbody tr')).toHaveLength(0);
  });
});

describe('ChartActions', () => {
  const actions = (props: object = {}) => mountAttached(ChartActions, { props: { label: 'Buffer', content: two(), range: () => range, isZoomed: false, isAlone: true, table: false, ...props } });

  test('turns the chart into a table and back', async () => {
    const shown = actions();
    await shown.get('[aria-label="Show as table: Buffer"]').trigger('click');
    expect(shown.emitted('update:table')).toEqual([[true]]);
    expect(actions({ table: true }).get('[aria-label="Show as chart: Buffer"]').attributes('aria-pressed')).toBe('true');
  });
  test('leads back from a zoom, and stays in sight then if no other way back does', async () => {
    expect(actions().find('[aria-label="Back to live: Buffer"]').exists()).toBe(false);
    const zoomed = actions({ isZoomed: true });
    expect(zoomed.classes('kept')).toBe(true);
    expect(actions({ isZoomed: true, isAlone: false }).classes('kept')).toBe(false);
    await zoomed.get('[aria-label="Back to live: Buffer"]').trigger('click');
    expect(zoomed.emitted('reset')).toHaveLength(1);
  });
  test('saves the figures of the time that is shown as CSV, named after the chart', async () => {
    const saved: { name: string; blob: Blob }[] = [];
    let blob: Blob | undefined;
    vi.spyOn(URL, 'createObjectURL').mockImplementation((object) => ((blob = object as Blob), 'blob:figures'));
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, blob: blob! });
    });
    await actions().get('[aria-label="Save as CSV: Buffer"]').trigger('click');
    await vi.dynamicImportSettled();
    await flushPromises();
    expect(saved.map(({ name }) => name)).toEqual([expect.stringMatching(/buffer.*\.csv$/i)]);
    const lines = (await saved[0]!.blob.text()).trim().split('\n');
    expect(lines[0]).toMatch(/read.*written/);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/30.*31/);
  });
});
