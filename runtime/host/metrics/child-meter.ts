/** Measures one child by its beats: rates since the last reading, totals since the launch, availability. */
import { DEGRADED_DETAIL } from '../../contract/beat-details.ts';
import type { NodeSample, ProcessSample } from '../../contract/control/metrics.ts';
import { availabilityAt, createAvailability, stepBeat, stepWanted, type BeatPolicy } from '../../core/metrics/availability.ts';
import { percentileMs } from '../../core/metrics/latency.ts';
import { addCounters, countersOf, countersSince, noCounters, type Counters } from '../../core/metrics/totals.ts';
import type { ChildBeat } from '../../supervisor/supervised-child.ts';

export type Reading = Omit<ProcessSample, 'name'> & Pick<NodeSample, 'readBytesPerSecond' | 'writtenBytesPerSecond' | 'servedBytesPerSecond' | 'metadataBytesPerSecond'>;

export const nothingRead: Reading = {
  cpuPercent: null, rssBytes: null, requestsPerSecond: null, errorsPerSecond: null, requestMsP50: null, requestMsP95: null,
  readBytesPerSecond: null, writtenBytesPerSecond: null, servedBytesPerSecond: null, metadataBytesPerSecond: null,
};

export interface ChildMeter {
  takeBeat(beat: ChildBeat, nowMs: number): void;
  takeWanted(isWanted: boolean, nowMs: number): void;
  /** Means since the last reading that had news; all null while nothing is heard of the child. */
  read(nowMs: number): Reading;
  /** From heartbeats, 0–1; null before it was wanted. */
  availability(nowMs: number): number | null;
  /** Over all its processes. */
  readonly totals: Readonly<Counters>;
}

export const createChildMeter = (nowMs: number, policy: BeatPolicy): ChildMeter => {
  const availability = createAvailability(nowMs);
  const totals = noCounters();
  /** The last beat of the current process. */
  let last: { incarnation: number; atMs: number; cpuMs: number; rssBytes: number; counters: Counters } | undefined;
  /** What the beats since `fromMs` told, for the next reading. */
  let gathered = { fromMs: nowMs, cpuMs: 0, counters: noCounters() };
  let reading = nothingRead;

  const takeCounters = ({ incarnation, cpuMs, rssBytes, details }: ChildBeat, atMs: number): void => {
    const counters = countersOf(details);
    const isNewProcess = last?.incarnation !== incarnation;
    const since = countersSince(last?.counters ?? counters, counters, isNewProcess);
    addCounters(totals, since);
    // Nothing is known of the time before the very first beat, so rates begin with the second.
    if (last) {
      addCounters(gathered.counters, since);
      gathered.cpuMs += isNewProcess ? cpuMs : Math.max(0, cpuMs - last.cpuMs);
    } else gathered.fromMs = atMs;
    last = { incarnation, atMs, cpuMs, rssBytes, counters };
  };

  const measure = (toMs: number): Reading => {
    const seconds = (toMs - gathered.fromMs) / 1000;
    const { counters, cpuMs } = gathered;
    return {
      cpuPercent: cpuMs / 10 / seconds,
      rssBytes: last!.rssBytes,
      requestsPerSecond: counters.requestCount / seconds,
      errorsPerSecond: counters.errorCount / seconds,
      requestMsP50: percentileMs(counters.latencyCounts, 50),
      requestMsP95: percentileMs(counters.latencyCounts, 95),
      readBytesPerSecond: counters.readBytes / seconds,
      writtenBytesPerSecond: counters.writtenBytes / seconds,
      servedBytesPerSecond: counters.servedBytes / seconds,
      metadataBytesPerSecond: counters.metadataBytes / seconds,
    };
  };

  return {
    totals,
    takeBeat(beat, atMs) {
      takeCounters(beat, atMs);
      const { incarnation, servingMs, details } = beat;
      stepBeat(availability, { incarnation, ...(servingMs !== undefined && { servingMs }), isDegraded: details[DEGRADED_DETAIL] !== undefined }, atMs, policy);
    },
    takeWanted: (isWanted, atMs) => stepWanted(availability, isWanted, atMs, policy),
    read(atMs) {
      if (!last || atMs - last.atMs > policy.gapMsMax) return nothingRead;
      // Beats and samples have their own rhythms: where no beat fell between two samples, the last reading still holds.
      if (last.atMs > gathered.fromMs) {
        reading = measure(last.atMs);
        gathered = { fromMs: last.atMs, cpuMs: 0, counters: noCounters() };
      }
      return reading;
    },
    availability: (atMs) => availabilityAt(availability, atMs, policy),
  };
};
