/** The charts of the record, in the order of their weight: a small window shows the first six without scrolling, a large one more in a row. */
import type { ChartBand, ChartLevel, ChartSeries, FormatValue } from '../../../charts/types.ts';
import type { TickBase } from '../../../charts/ticks.ts';
import { plainFormat } from '../../../charts/plain-format.ts';
import { bytesRate, megabits, percent } from '../../../format/quantity.ts';
import { LOW_WATER_SEC, TARGET_SEC, THROUGHPUT_TARGET_BITS_PER_SECOND } from '../../../playback/marks.ts';
import type { NodeFigure } from '../../../stores/metric-record.ts';
import type { useMetricStore } from '../../../stores/metrics.ts';
import { nodeColourOf } from '../../../theme/nodes.ts';

export interface RecordChart {
  label: string;
  series: ChartSeries[];
  unit?: string;
  format?: FormatValue;
  tickBase?: TickBase;
  band?: ChartBand;
  levels?: ChartLevel[];
  max?: number;
  stacked?: boolean;
  emptyText?: string;
}

const NOT_PLAYED = 'Nothing was played in this time';
const NOT_READ = 'Nothing was read in this time';
const BITS_PER_MEGABIT = 1_000_000;

type Rings = Pick<ReturnType<typeof useMetricStore>, 'nodeRing' | 'playbackRing'>;

export const recordCharts = ({ nodeRing, playbackRing }: Rings, nodeIds: readonly string[]): RecordChart[] => {
  const ofNodes = (figure: NodeFigure): ChartSeries[] => nodeIds.map((nodeId) => ({ id: nodeId, name: nodeId, colour: nodeColourOf(nodeId), ring: nodeRing(nodeId, figure) }));
  return [
    {
      label: 'Buffer', unit: 's', emptyText: NOT_PLAYED,
      series: [{ id: 'buffer', name: 'ahead', colour: 'var(--accent)', ring: playbackRing('bufferSec'), area: true }],
      band: { from: LOW_WATER_SEC, to: TARGET_SEC, label: `target ${TARGET_SEC} s` },
      levels: [{ value: LOW_WATER_SEC, label: `low water ${LOW_WATER_SEC} s`, tone: 'warn' }],
    },
    {
      label: 'Throughput', format: megabits, emptyText: NOT_PLAYED,
      series: [{ id: 'throughput', name: 'player', colour: 'var(--accent)', ring: playbackRing('throughputBitsPerSecond'), area: true }],
      levels: [{ value: THROUGHPUT_TARGET_BITS_PER_SECOND, label: `target ${THROUGHPUT_TARGET_BITS_PER_SECOND / BITS_PER_MEGABIT} Mbit/s`, tone: 'ok' }],
    },
    { label: 'Node scores', format: plainFormat(''), series: ofNodes('score'), emptyText: NOT_PLAYED },
    { label: 'Node use', format: bytesRate, tickBase: 1024, series: ofNodes('readBytesPerSecond') },
    { label: 'Load distribution', format: percent, unit: '%', series: ofNodes('loadPercent'), stacked: true, max: 100, emptyText: NOT_READ },
    { label: 'Request time, p95', unit: 'ms', series: ofNodes('requestMsP95'), emptyText: 'Nobody asked in this time' },
    { label: 'Round trip', unit: 'ms', series: ofNodes('pingMs') },
    { label: 'Written', format: bytesRate, tickBase: 1024, series: ofNodes('writtenBytesPerSecond') },
    { label: 'CPU of the nodes', format: percent, unit: '% of a core', series: ofNodes('cpuPercent') },
  ];
};
