/**
 * Counters of a child over all its processes. Each process counts from zero, so what a new one tells is added to what was told before; what
 * a process did after its last beat dies with it.
 */
import type { NodeBeatDetails } from '../../contract/beat-details.ts';
import { addCounts, countsSince } from './latency.ts';

export interface Counters {
  requestCount: number;
  errorCount: number;
  latencyCounts: number[];
  latencyMsMax: number;
  readBytes: number;
  servedBytes: number;
  writtenBytes: number;
  metadataBytes: number;
}

export const noCounters = (): Counters => ({
  requestCount: 0, errorCount: 0, latencyCounts: [], latencyMsMax: 0, readBytes: 0, servedBytes: 0, writtenBytes: 0, metadataBytes: 0,
});

export const countersOf = ({ requests, readBytes = 0, servedBytes = 0, writtenBytes = 0, metadataBytes = 0 }: NodeBeatDetails): Counters => ({
  ...noCounters(), ...requests, readBytes, servedBytes, writtenBytes, metadataBytes,
});

const PLAIN = ['requestCount', 'errorCount', 'readBytes', 'servedBytes', 'writtenBytes', 'metadataBytes'] as const;

/** A counter never goes down but by a restart. */
const hasReset = (before: Counters, now: Counters): boolean => PLAIN.some((name) => now[name] < before[name]);

/** What was counted between two tellings of one process; everything when it is another one. */
export const countersSince = (before: Counters, now: Counters, isNewProcess: boolean): Counters => {
  if (isNewProcess || hasReset(before, now)) return now;
  const since = { ...now, latencyCounts: countsSince(now.latencyCounts, before.latencyCounts) };
  for (const name of PLAIN) since[name] = now[name] - before[name];
  return since;
};

/** In place. */
export const addCounters = (into: Counters, since: Counters): void => {
  for (const name of PLAIN) into[name] += since[name];
  addCounts(into.latencyCounts, since.latencyCounts);
  into.latencyMsMax = Math.max(into.latencyMsMax, since.latencyMsMax);
};
