/** Measures the host's own process, like a child that it beats for itself. */
import type { ProcessSample } from '../../contract/control/metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RequestCounting } from '../../platform/http/request-counters.ts';
import { processUsage } from '../../platform/process/usage.ts';
import { createChildMeter } from './child-meter.ts';
import { beatPolicyOf } from './meters.ts';

export const createOwnMeter = (clock: Clock, requests: RequestCounting): (() => ProcessSample) => {
  const meter = createChildMeter(clock.nowMs(), beatPolicyOf());
  return () => {
    const nowMs = clock.nowMs();
    meter.takeBeat({ incarnation: 1, ...processUsage(), details: { requests: requests.read() } }, nowMs);
    const { cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 } = meter.read(nowMs);
    // Memory needs no stretch of time to be known.
    return { name: 'host', cpuPercent, rssBytes: rssBytes ?? processUsage().rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 };
  };
};
