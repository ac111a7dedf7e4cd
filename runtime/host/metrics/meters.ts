/** The meters of all children of one launch. */
import { BEAT_MS_DEFAULT } from '../../contract/child.ts';
import type { BeatPolicy } from '../../core/metrics/availability.ts';
import { noCounters, type Counters } from '../../core/metrics/totals.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SupervisorEvent } from '../../supervisor/api.ts';
import { createChildMeter, nothingRead, type ChildMeter, type Reading } from './child-meter.ts';

/** One beat may come half an interval late or be lost; twice as late as it should be, the child was away. */
const INTERVALS_MAX = 2.5;

export const beatPolicyOf = (beatMs = BEAT_MS_DEFAULT): BeatPolicy => ({ beatMs, gapMsMax: INTERVALS_MAX * beatMs });

export interface Meters {
  take(event: SupervisorEvent): void;
  /** Begins anew with another launch, as the supervisor's own record does. */
  beginLaunch(launchedAtMs: number | null): void;
  read(name: string): Reading;
  availability(name: string): number | null;
  totals(name: string): Readonly<Counters>;
}

export const createMeters = (clock: Clock, policy = beatPolicyOf()): Meters => {
  const meters = new Map<string, ChildMeter>();
  let launch: number | null = null;

  const meterOf = (name: string): ChildMeter => {
    let meter = meters.get(name);
    if (!meter) meters.set(name, (meter = createChildMeter(clock.nowMs(), policy)));
    return meter;
  };

  return {
    take(event) {
      if (event.kind === 'beat') meterOf(event.name).takeBeat(event.beat, clock.nowMs());
      if (event.kind === 'wanted') meterOf(event.name).takeWanted(event.isWanted, clock.nowMs());
    },
    beginLaunch(launchedAtMs) {
      // A cluster that is stopped keeps the figures of its launch until the next one.
      if (launchedAtMs === null || launchedAtMs === launch) return;
      launch = launchedAtMs;
      meters.clear();
    },
    read: (name) => meters.get(name)?.read(clock.nowMs()) ?? nothingRead,
    availability: (name) => meters.get(name)?.availability(clock.nowMs()) ?? null,
    totals: (name) => meters.get(name)?.totals ?? noCounters(),
  };
};
