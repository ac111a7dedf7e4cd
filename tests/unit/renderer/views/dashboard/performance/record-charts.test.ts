import { expect, test } from 'vitest';
import { createMetricRecord } from '../../../../../../renderer/stores/metric-record.ts';
import { recordCharts } from '../../../../../../renderer/views/dashboard/performance/record-charts.ts';

const record = createMetricRecord();
const charts = recordCharts(record, ['node-1', 'node-2']);
const chartOf = (label: string) => charts.find((chart) => chart.label === label)!;

test('the charts that matter most come first', () => {
  expect(charts.slice(0, 5).map(({ label }) => label)).toEqual(['Buffer', 'Throughput', 'Node scores', 'Node use', 'Load distribution']);
});

test('charts of nodes have a line for each, in its colour, drawn from its ring', () => {
  for (const [label, figure] of [['Node scores', 'score'], ['Node use', 'readBytesPerSecond'], ['Load distribution', 'loadPercent']] as const) {
    expect(chartOf(label).series.map(({ name, colour }) => [name, colour])).toEqual([['node-1', 'var(--n1)'], ['node-2', 'var(--n2)']]);
    expect(chartOf(label).series[1]!.ring).toBe(record.nodeRing('node-2', figure));
  }
});

test('buffer and throughput are set beside their targets', () => {
  expect(chartOf('Buffer').levels![0]).toMatchObject({ value: 15, label: 'low water 15 s' });
  expect(chartOf('Buffer').band).toMatchObject({ from: 15, to: 30 });
  expect(chartOf('Throughput').levels![0]).toMatchObject({ value: 40_000_000, label: 'target 40 Mbit/s' });
});

test('shares of the load fill the whole height', () => {
  expect(chartOf('Load distribution')).toMatchObject({ stacked: true, max: 100 });
});
