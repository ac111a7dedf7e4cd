/** The model over virtual minutes, against what is published about TCP and what the settings promise. */
import { describe, expect, it } from 'vitest';
import { createLink, nextWakeMs, roomBytes, stepLink } from '../../../../runtime/core/link/link.ts';
import { createRandom, drawShare } from '../../../../runtime/core/random.ts';
import { bothWays, runBulk } from '../../../fixtures/virtual-link.ts';

const SEGMENT_BITS = 1448 * 8;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the rate', () => {
  const DURATION_MS = 60_000;

  it.each([0.25, 10, 100])('of five links at %f Mbit/s is kept within a hundredth, with one connection and with eight', (megabits) => {
    const settings = bothWays({ bitsPerSecond: megabits * 1e6 });
    for (const connectionCount of [1, 8]) {
      for (let seed = 1; seed <= 5; seed += 1) {
        const { releasedBytes } = runBulk({ settings, seed, connectionCount, durationMs: DURATION_MS });
        const measured = (sum(releasedBytes) * 8) / (DURATION_MS / 1_000) / 1e6;
        expect(Math.abs(measured / megabits - 1)).toBeLessThan(0.01);
      }
    }
  });

  it.each([0.25, 10, 100])('at %f Mbit/s is shared evenly by all connections', (megabits) => {
    const { releasedBytes } = runBulk({ settings: bothWays({ latencyMs: 10, bitsPerSecond: megabits * 1e6 }), connectionCount: 7, durationMs: DURATION_MS });
    for (const bytes of releasedBytes) expect(Math.abs((bytes / sum(releasedBytes)) * 7 - 1)).toBeLessThan(0.02);
  });

  it('is kept by whoever wakes the link late and irregularly', () => {
    const link = createLink({ settings: bothWays({ bitsPerSecond: 20e6 }), seed: 1, nowMs: 0 });
    const late = createRandom(3);
    let releasedBytes = 0;
    const feed = (input: Parameters<typeof stepLink>[1], nowMs: number): void => {
      for (const output of stepLink(link, input, nowMs)) if (output.kind === 'release') releasedBytes += output.sizeBytes;
    };
    feed({ kind: 'open', id: 1 }, 0);
    let nowMs = 0;
    while (nowMs < DURATION_MS) {
      while (roomBytes(link, 1, 'toClient') > 0) feed({ kind: 'bytes', id: 1, way: 'toClient', sizeBytes: 65_536 }, nowMs);
      nowMs = Math.max(nowMs, nextWakeMs(link)) + 60 * drawShare(late);
      feed({ kind: 'tick' }, nowMs);
    }
    expect(Math.abs((releasedBytes * 8) / (nowMs / 1_000) / 20e6 - 1)).toBeLessThan(0.01);
  });

  it('is not used up in advance: what is idle saves nothing', () => {
    const link = createLink({ settings: bothWays({ bitsPerSecond: 8e6 }), seed: 1, nowMs: 0 });
    stepLink(link, { kind: 'open', id: 1 }, 0);
    const releases = stepLink(link, { kind: 'bytes', id: 1, way: 'toClient', sizeBytes: 1_000_000 }, 60_000);
    expect(sum(releases.map((output) => (output.kind === 'release' ? output.sizeBytes : 0)))).toBeLessThanOrEqual(1_448);
  });
});

describe('the throughput of one connection under losses', () => {
  /** Bits a second: MSS / RTT · √(3/2) / √p (Mathis, Semke, Mahdavi, Ott 1997); CUBIC's Reno-friendly growth has the same mean (RFC 9438, 4.3). */
  const mathis = (rttMs: number, loss: number): number => ((SEGMENT_BITS * 1_000) / rttMs) * Math.sqrt(1.5 / loss);
  /** With time-outs (Padhye, Firoiu, Towsley, Kurose 1998), no delayed acknowledgements: less than a TCP that repairs by selective acknowledgement. */
  const padhye = (rttMs: number, loss: number): number => {
    const rtoMs = rttMs + 200;
    return (SEGMENT_BITS * 1_000) / (rttMs * Math.sqrt((2 * loss) / 3) + rtoMs * Math.min(1, 3 * Math.sqrt((3 * loss) / 8)) * loss * (1 + 32 * loss ** 2));
  };
  const measured = (rttMs: number, share: number, seed = 1): number => {
    const durationMs = 900_000;
    const settings = bothWays({ latencyMs: rttMs / 2, loss: { model: 'bernoulli', share } });
    return (runBulk({ settings, seed, durationMs }).releasedBytes[0]! * 8) / (durationMs / 1_000);
  };

  it.each([0.001, 0.003, 0.01, 0.02].flatMap((share) => [20, 50, 100, 200].map((rttMs) => [share, rttMs] as const)))(
    'of %f at a round trip of %d ms is within a factor of 1.3 of Mathis’ formula',
    (share, rttMs) => {
      const ratio = measured(rttMs, share) / mathis(rttMs, share);
      expect(ratio).toBeGreaterThan(1 / 1.3);
      expect(ratio).toBeLessThan(1.3);
    },
  );

  it.each([0.05, 0.1, 0.15].flatMap((share) => [50, 100, 300].map((rttMs) => [share, rttMs] as const)))(
    'of %f at a round trip of %d ms lies between Padhye’s formula and Mathis’, where time-outs count',
    (share, rttMs) => {
      const rate = measured(rttMs, share);
      expect(rate).toBeGreaterThan(padhye(rttMs, share));
      expect(rate).toBeLessThan(mathis(rttMs, share) * 1.05);
    },
  );

  it('falls with the root of the losses and with the round trip', () => {
    expect(measured(50, 0.0025) / measured(50, 0.01)).toBeGreaterThan(1.8);
    expect(measured(50, 0.0025) / measured(50, 0.01)).toBeLessThan(2.3);
    expect(measured(25, 0.01) / measured(100, 0.01)).toBeGreaterThan(3.5);
    expect(measured(25, 0.01) / measured(100, 0.01)).toBeLessThan(4.3);
  });

  it('is cut by the rate where that is lower', () => {
    const settings = bothWays({ latencyMs: 10, bitsPerSecond: 1e6, loss: { model: 'bernoulli', share: 0.001 } });
    const megabits = (runBulk({ settings, durationMs: 300_000 }).releasedBytes[0]! * 8) / 300 / 1e6;
    expect(megabits).toBeGreaterThan(0.97);
    expect(megabits).toBeLessThanOrEqual(1.001);
  });
});

describe('a connection without losses', () => {
  it.each([[20, 100], [100, 100], [500, 100]])('with a round trip of %d ms reaches a rate of %d Mbit/s', (rttMs, megabits) => {
    const settings = bothWays({ latencyMs: rttMs / 2, bitsPerSecond: megabits * 1e6 });
    const bytesBy = (durationMs: number): number => runBulk({ settings, durationMs }).releasedBytes[0]!;
    // From the tenth second on: slow start is over.
    expect(((bytesBy(40_000) - bytesBy(10_000)) * 8) / 30 / 1e6 / megabits).toBeGreaterThan(0.99);
  });
});
