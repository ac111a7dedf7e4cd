// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ChartGroup, createChartGroup } from '../../../../../renderer/charts/crosshair.ts';
import TimeSeries from '../../../../../renderer/components/charts/TimeSeries.vue';
import { seriesOf } from '../../charts/content.ts';
import { SeenObserver, SizedObserver, stubCharts } from './charts.ts';

const NOW = new Date(2025, 2, 14, 14, 5).getTime();
const START = NOW - 300_000;

let charts: ReturnType<typeof stubCharts>;
let group: ChartGroup;
let wrappers: VueWrapper[];
let nowMs: number;

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', SeenObserver);
  vi.stubGlobal('ResizeObserver', SizedObserver);
  charts = stubCharts();
  nowMs = NOW;
  group = createChartGroup({ nowMs: () => nowMs });
  wrappers = [];
});
afterEach(() => {
  wrappers.forEach((wrapper) => wrapper.unmount());
  vi.unstubAllGlobals();
});

const rising = (): [number, number][] => Array.from({ length: 301 }, (_, index) => [START + index * 1_000, index / 10]);
const show = async (props: Record<string, unknown> = {}): Promise<VueWrapper> => {
  const wrapper = mount(TimeSeries, {
    props: { label: 'Buffer', unit: 's', series: [seriesOf('ahead', rising())], group, ...props },
    global: charts.global,
    attachTo: document.body,
  });
  wrappers.push(wrapper);
  await flushPromises();
  charts.frame();
  await flushPromises();
  return wrapper;
};
const plotOf = (wrapper: VueWrapper) => wrapper.get('[aria-roledescription="chart"]');
const press = (wrapper: VueWrapper, key: string, options = {}): Promise<void> => plotOf(wrapper).trigger('keydown', { key, ...options });

test('a live chart shows its window up to now and moves on with the clock', async () => {
  await show();
  const { range } = charts.drawn.at(-1)!;
  expect(range.toMs - range.fromMs).toBe(300_000);
  expect(range.toMs - NOW).toBeLessThan(1_000);
  nowMs += 30_000;
  charts.frame();
  expect(charts.drawn.at(-1)!.range.toMs - range.toMs).toBeGreaterThan(29_000);
});

test('Chart.js is set up in one turn and draws in the next, so that neither is a long task', async () => {
  const wrapper = mount(TimeSeries, { props: { label: 'Buffer', series: [seriesOf('ahead', rising())], group }, global: charts.global, attachTo: document.body });
  wrappers.push(wrapper);
  await flushPromises();
  charts.turn();
  expect([charts.createdCount, charts.drawn.length]).toEqual([1, 0]);
  charts.turn();
  expect([charts.createdCount, charts.drawn.length]).toEqual([1, 1]);
});

test('nothing is drawn again while nothing has changed, and a new sample is', async () => {
  const series = seriesOf('ahead', rising());
  await show({ series: [series] });
  const count = charts.drawn.length;
  charts.frame();
  charts.frame();
  expect(charts.drawn).toHaveLength(count);
  series.ring.append(NOW + 1, 99);
  charts.frame();
  expect(charts.drawn).toHaveLength(count + 1);
});

test('the line is named at its end, with its last value', async () => {
  const wrapper = await show();
  expect(wrapper.get('.label').text()).toBe('ahead30.0');
});

test('the chart is described in words: last, lowest and highest value', async () => {
  const wrapper = await show();
  const described = document.getElementById(plotOf(wrapper).attributes('aria-describedby')!)!;
  expect(described.textContent).toContain('ahead: last 30.0 s, lowest 0.00 s, highest 30.0 s.');
});

test('an empty chart says so in words', async () => {
  const wrapper = await show({ series: [seriesOf('ahead', [])] });
  expect(wrapper.get('.empty').text()).toBe('No samples yet');
  const old = await show({ series: [seriesOf('ahead', [[START - 999_000, 1]])] });
  expect(old.get('.empty').text()).toBe('No samples in this time');
});

test('a crosshair stands at the same time in every chart of the group, and their figures are those of that time', async () => {
  const one = await show();
  const two = await show({ label: 'Throughput' });
  group.moveCrosshair(START + 100_000);
  await flushPromises();
  for (const wrapper of [one, two]) {
    expect(wrapper.find('.overlay .line').exists()).toBe(true);
    expect(wrapper.get('.label').text()).toBe('ahead10.0');
  }
});

test('arrow keys move the crosshair and say what is there', async () => {
  const wrapper = await show({ marks: [{ atMs: NOW - 3_000, label: 'node-3 died', tone: 'bad' }] });
  await plotOf(wrapper).trigger('focus');
  await press(wrapper, 'ArrowLeft');
  expect(wrapper.get('[aria-live="polite"]').text()).toBe('14:04:57. ahead 29.7 s. node-3 died.');
  expect(wrapper.get('.flag').text()).toContain('node-3 died');
  await press(wrapper, 'Home');
  expect(wrapper.get('[aria-live="polite"]').text()).toMatch(/^14:00:0\d\. ahead/);
});

test('Shift with arrow keys brushes a range; letting go zooms, Escape goes back', async () => {
  const wrapper = await show();
  await press(wrapper, 'ArrowLeft', { ctrlKey: true });
  const from = group.crosshairMs.value!;
  await press(wrapper, 'ArrowLeft', { shiftKey: true, ctrlKey: true });
  await press(wrapper, 'ArrowLeft', { shiftKey: true, ctrlKey: true });
  expect(wrapper.find('.brush').exists()).toBe(true);
  expect(group.range.value).toBeNull();
  await plotOf(wrapper).trigger('keyup', { key: 'Shift' });
  expect(group.range.value).toEqual({ fromMs: from - 60_000, toMs: from });
  charts.frame();
  const { range } = charts.drawn.at(-1)!;
  expect(range.toMs - range.fromMs).toBeCloseTo(60_000, -1);
  await press(wrapper, 'Escape');
  expect(group.range.value).toBeNull();
});

test('Escape with nothing to take back is left to whatever the chart stands in', async () => {
  const wrapper = await show();
  const outer = vi.fn();
  document.addEventListener('keydown', outer, { once: true });
  await press(wrapper, 'Escape');
  expect(outer).toHaveBeenCalledOnce();
});

test('dragging a pointer brushes, and a double click shows the live window again', async () => {
  const wrapper = await show();
  const plot = plotOf(wrapper);
  Object.assign(plot.element, { setPointerCapture: () => undefined });
  const { area } = charts.drawn.at(-1)!;
  await plot.trigger('pointerdown', { button: 0, clientX: area.left + 50, pointerId: 1 });
  await plot.trigger('pointermove', { clientX: area.left + 150 });
  expect(group.brush.value).not.toBeNull();
  await plot.trigger('pointerup');
  const zoomed = group.range.value!;
  expect((zoomed.toMs - zoomed.fromMs) / 300_000).toBeCloseTo(100 / (area.right - area.left), 2);
  await plot.trigger('dblclick');
  expect(group.range.value).toBeNull();
});

test('a zoomed chart offers the way back', async () => {
  const wrapper = await show();
  expect(wrapper.find('[aria-label="Back to live: Buffer"]').exists()).toBe(false);
  group.zoom({ fromMs: START, toMs: START + 60_000 });
  await flushPromises();
  await wrapper.get('[aria-label="Back to live: Buffer"]').trigger('click');
  expect(group.range.value).toBeNull();
});

test('the figures are to be had as a table', async () => {
  const wrapper = await show();
  await wrapper.get('[aria-label="Show as table: Buffer"]').trigger('click');
  const rows = wrapper.findAll('tbody tr');
  expect(rows).toHaveLength(60);
  expect(rows[0]!.text()).toBe('14:05:0030.0 s');
  expect(wrapper.findAll('th[scope="col"]').map((cell) => cell.text())).toEqual(['Time', 'ahead']);
  await wrapper.get('[aria-label="Show as chart: Buffer"]').trigger('click');
  expect(wrapper.find('table').exists()).toBe(false);
});

test('a narrow chart names its lines in a legend', async () => {
  const wrapper = await show({ series: Array.from({ length: 14 }, (_, index) => seriesOf(`node-${index}`, rising())) });
  expect(wrapper.find('.label').exists()).toBe(false);
  expect(wrapper.findAll('.legend .entry')).toHaveLength(14);
});

test('another theme draws anew', async () => {
  await show();
  const count = charts.drawn.length;
  document.documentElement.dataset.theme = document.documentElement.dataset.theme === 'light' ? 'dark' : 'light';
  await flushPromises();
  charts.frame();
  expect(charts.drawn.length).toBe(count + 1);
});

test('a line that joins is named as soon as it is drawn, and not before', async () => {
  const wrapper = await show();
  await wrapper.setProps({ series: [seriesOf('ahead', rising()), seriesOf('behind', rising())] });
  expect(wrapper.findAll('.label')).toHaveLength(1);
  charts.frame();
  await flushPromises();
  expect(wrapper.findAll('.label').map((found) => found.get('.name').text())).toEqual(['ahead', 'behind']);
});

test('a chart that leaves takes its plot along and leaves the group', async () => {
  const wrapper = await show();
  expect(group.members()).toHaveLength(1);
  wrapper.unmount();
  expect([charts.destroyedCount, group.members().length]).toEqual([1, 0]);
  const count = charts.drawn.length;
  charts.frame();
  expect(charts.drawn).toHaveLength(count);
});
