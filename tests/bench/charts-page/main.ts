/** The page that tests/bench/charts.ts measures: the dashboard's own record and charts, fed by hand. Never part of the program. */
import { createApp } from 'vue';
import '../../../renderer/theme/fonts.css';
import '../../../renderer/theme/tokens.css';
import '../../../renderer/theme/base.css';
import { createChartGroup } from '../../../renderer/charts/crosshair.ts';
import { HOUR_CAPACITY } from '../../../renderer/charts/ring.ts';
import { bytes } from '../../../renderer/format/quantity.ts';
import { createMetricRecord, type NodeFigure } from '../../../renderer/stores/metric-record.ts';
import { nodeColourOf } from '../../../renderer/theme/nodes.ts';
import { recordCharts } from '../../../renderer/views/dashboard/performance/record-charts.ts';
import type { MetricSample } from '../../../runtime/contract/control/metrics.ts';
import { createSamples } from './samples.ts';
import TwelveCharts from './TwelveCharts.vue';

const STEP_MS = 250;
const HOUR_MS = 3_600_000;
/** Samples of the hour that are taken in between two frames; a hundred seconds of them. */
const SAMPLES_PER_FRAME = 400;

const record = createMetricRecord(HOUR_CAPACITY);
const nextSample = createSamples();
let nowMs = Date.now() - HOUR_MS;
const group = createChartGroup({ nowMs: () => nowMs });

/** As a socket does: text comes in, is parsed, and goes into the record. */
const receive = (): void => {
  nowMs += STEP_MS;
  const text = JSON.stringify(nextSample(nowMs));
  record.append(JSON.parse(text) as MetricSample, STEP_MS);
};
const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

const longTasks: { startMs: number; durationMs: number }[] = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) longTasks.push({ startMs: startTime, durationMs: duration });
}).observe({ type: 'longtask', buffered: true });

const bench = {
  longTasks,
  /** An hour of history, before any chart is there. */
  fill: async (): Promise<void> => {
    for (let count = 0; count < HOUR_MS / STEP_MS; count++) {
      receive();
      if (count % SAMPLES_PER_FRAME === 0) await frame();
    }
  },
  /** Mounts the charts; resolves when all of them are drawn. Milliseconds, from mounting to the last drawing. */
  mount: async (): Promise<number> => {
    const nodeIds = record.nodeIds();
    const more = (label: string, figure: NodeFigure) => ({
      label, series: nodeIds.map((nodeId) => ({ id: nodeId, name: nodeId, colour: nodeColourOf(nodeId), ring: record.nodeRing(nodeId, figure) })), format: bytes, tickBase: 1024 as const,
    });
    const charts = [...recordCharts(record, nodeIds), more('Memory', 'rssBytes'), more('Disk', 'diskUsedBytes'), more('Requests', 'requestsPerSecond')];
    const startMs = performance.now();
    createApp(TwelveCharts, { charts, group, windowMs: HOUR_MS }).mount('#app');
    while (document.querySelectorAll('.overlay').length < charts.length) await frame();
    return performance.now() - startMs;
  },
  /** Samples at their real pace until `stop`. */
  live: (): (() => void) => {
    const timer = setInterval(receive, STEP_MS);
    return () => clearInterval(timer);
  },
};

declare global {
  interface Window {
    bench: typeof bench;
    stopLive?: () => void;
  }
}
window.bench = bench;
