import { describe, expect, it } from 'vitest';
import type { NodeBeatDetails } from '../../../../runtime/contract/beat-details.ts';
import { createChildMeter, nothingRead } from '../../../../runtime/host/metrics/child-meter.ts';
import { beatPolicyOf } from '../../../../runtime/host/metrics/meters.ts';

const requests = (requestCount: number, errorCount = 0): NodeBeatDetails['requests'] => ({ requestCount, errorCount, latencyCounts: [0, 0, requestCount], latencyMsMax: 0.2 });
const beat = (cpuMs: number, details: NodeBeatDetails, incarnation = 1) => ({ incarnation, rssBytes: 1000 * incarnation, cpuMs, servingMs: 1, details });
const meter = () => createChildMeter(0, beatPolicyOf(1000));

describe('the meter of a child', () => {
  it('knows nothing before the second beat but its memory', () => {
    const own = meter();
    expect(own.read(0)).toEqual(nothingRead);
    own.takeBeat(beat(500, { requests: requests(1_000_000), readBytes: 5_000_000 }), 1000);
    expect(own.read(1000)).toEqual(nothingRead);
    expect(own.totals).toMatchObject({ requestCount: 1_000_000, readBytes: 5_000_000 });
  });

  it('tells means between the beats that fell between two readings', () => {
    const own = meter();
    own.takeBeat(beat(100, { requests: requests(10), readBytes: 0 }), 1000);
    own.takeBeat(beat(200, { requests: requests(15), readBytes: 100 }), 2000);
    own.takeBeat(beat(400, { requests: requests(20, 2), readBytes: 400 }), 3000);
    expect(own.read(3100)).toMatchObject({ cpuPercent: 15, requestsPerSecond: 5, errorsPerSecond: 1, readBytesPerSecond: 200, rssBytes: 1000 });
    own.takeBeat(beat(400, { requests: requests(20, 2), readBytes: 400 }), 4000);
    expect(own.read(4100)).toMatchObject({ cpuPercent: 0, requestsPerSecond: 0, requestMsP50: null, requestMsP95: null });
  });

  it('holds its reading while no beat fell in between, and gives it up once nothing is heard', () => {
    const own = meter();
    own.takeBeat(beat(100, {}), 1000);
    own.takeBeat(beat(200, {}), 2000);
    const reading = own.read(2050);
    expect(own.read(2900)).toEqual(reading);
    expect(own.read(4600)).toEqual(nothingRead);
  });

  it('survives a restart: rates never go below zero, totals go on', () => {
    const own = meter();
    own.takeBeat(beat(9000, { requests: requests(100), writtenBytes: 1000 }), 1000);
    own.takeBeat(beat(9100, { requests: requests(110), writtenBytes: 2000 }), 2000);
    own.read(2000);
    own.takeBeat(beat(50, { requests: requests(4), writtenBytes: 500 }, 2), 4000);
    expect(own.read(4000)).toMatchObject({ cpuPercent: 2.5, requestsPerSecond: 2, writtenBytesPerSecond: 250, rssBytes: 2000 });
    expect(own.totals).toMatchObject({ requestCount: 114, writtenBytes: 2500 });
  });
});
