/**
 * Measures the whole cluster at a steady pace, every 2 s, and every second while somebody listens to `metrics:sample`:
 *
 *   beats ──▶ meters ─┐
 *   status ───────────┼──▶ sample ──▶ event `metrics:sample`
 *   pings, player ────┘       └─────▶ history on disk, while a cluster runs
 */
import type { ClusterStatus } from '../../contract/control/cluster.ts';
import type { MetricSample, MetricSummary, PlaybackSample } from '../../contract/control/metrics.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import { createRequestCounting, type RequestCounting } from '../../platform/http/request-counters.ts';
import type { Metrics } from '../../platform/http/metrics.ts';
import type { Logger } from '../../platform/log.ts';
import type { SupervisorEvent } from '../../supervisor/api.ts';
import type { EventHub } from '../event-hub.ts';
import { openHistory, SAMPLE_MS } from './history.ts';
import { describeHost } from './host-metrics.ts';
import { createMeters } from './meters.ts';
import { createOwnMeter } from './own-meter.ts';
import { startPings } from './pings.ts';
import { exportHistory, queryHistory, type ThinnedHistory, type TimeRange } from './query.ts';
import { takeSample } from './sample.ts';
import { summarize } from './summary.ts';

/** While somebody watches. */
export const SAMPLE_MS_WATCHED = SECOND_MS;

export interface RecorderOptions {
  /** Where the record is kept. */
  folder: string;
  clock: Clock;
  events: EventHub;
  log: Logger;
  status(): ClusterStatus;
  /** Reaches the nodes. */
  http: HttpClient;
  /** The most recent playback session while it lives. @default nobody plays */
  latestPlayback?: (() => PlaybackSample | null) | undefined;
}

export interface Recorder {
  /** Everything that the supervisor tells. */
  take(event: SupervisorEvent): void;
  latest(): MetricSample;
  history(range: TimeRange, samplesMax: number): Promise<ThinnedHistory>;
  export(range: TimeRange): Promise<{ filename: string; text: string }>;
  summary(): Promise<MetricSummary>;
  /** Counts the requests of the host's own doors. */
  readonly requests: RequestCounting;
  /** Adds what the host knows to the `/metrics` of one of its doors. */
  describe(metrics: Metrics): void;
  /** Writes what is pending. */
  close(): Promise<void>;
}

/** A cluster that is stopped leaves a gap in the record instead of a day of nothing. */
const isRecorded = ({ phase }: ClusterStatus): boolean => phase !== 'stopped' && phase !== 'failed';

export const openRecorder = async (options: RecorderOptions): Promise<Recorder> => {
  const { folder, clock, events, log, status, http, latestPlayback = () => null } = options;
  const history = await openHistory(folder, clock, log);
  const meters = createMeters(clock);
  const requests = createRequestCounting();
  const pings = startPings(http, clock, () => status().children);
  const sources = { status, meters, host: createOwnMeter(clock, requests), pingMs: pings.latestMs, latestPlayback };

  let latest = takeSample(sources, clock.wallMs());
  let sampleCount = 0;
  let lastMs = clock.nowMs();
  let cancelTick = (): void => {};
  let isClosed = false;

  const tick = (): void => {
    lastMs = clock.nowMs();
    latest = takeSample(sources, clock.wallMs());
    sampleCount += 1;
    if (isRecorded(status())) history.add(latest);
    if (events.isHeard('metrics:sample')) events.emit('metrics:sample', latest);
    schedule();
  };
  const schedule = (): void => {
    cancelTick();
    if (isClosed) return;
    const paceMs = events.isHeard('metrics:sample') ? SAMPLE_MS_WATCHED : SAMPLE_MS;
    cancelTick = clock.after(Math.max(0, lastMs + paceMs - clock.nowMs()), tick);
  };
  events.onHeard('metrics:sample', schedule);
  schedule();

  return {
    requests,
    take(event) {
      if (event.kind === 'changed') meters.beginLaunch(status().launchedAtMs);
      else meters.take(event);
    },
    latest: () => latest,
    history: (range, samplesMax) => queryHistory(history, range, samplesMax, clock.wallMs()),
    export: (range) => exportHistory(history, range, latest.processes.length + latest.nodes.length, clock.wallMs()),
    summary: async () => summarize(status(), meters, await history.oldestMs(), clock.wallMs()),
    describe: (metrics) => describeHost(metrics, { status, sampleCount: () => sampleCount }),
    async close() {
      isClosed = true;
      cancelTick();
      pings.stop();
      await history.close();
    },
  };
};
