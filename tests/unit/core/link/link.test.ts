import { describe, expect, it } from 'vitest';
import { normalLink } from '../../../../runtime/contract/link.ts';
import { countersOf, nextWakeMs } from '../../../../runtime/core/link/link.ts';
import { bothWays, createVirtualLink, linkWith, openLink, send, type VirtualLink } from '../../../fixtures/virtual-link.ts';

const KB = 1_000;
const SEGMENT_BYTES = 1448;

/** What came through, with its times since the start at 1 ms. */
const timeline = (virtual: VirtualLink, way: 'toNode' | 'toClient' = 'toClient'): [atMs: number, sizeBytes: number][] =>
  virtual.releases(way).map(({ atMs, sizeBytes }) => [Math.round((atMs - 1) * 1_000) / 1_000, sizeBytes]);

/** The first segment is lost, all others come through: a chain that leaves its good state at the first packet, and never comes back. */
const firstIsLost = { model: 'gilbert-elliott', goodToBad: 1, badToGood: 0, lossInGood: 1, lossInBad: 0 } as const;

describe('a link with normal settings', () => {
  it('passes everything on in the same step', () => {
    const virtual = createVirtualLink(normalLink);
    virtual.feed({ kind: 'open', id: 1 });
    expect(virtual.feed({ kind: 'bytes', id: 1, way: 'toNode', sizeBytes: 5_000_000 })).toEqual([{ kind: 'release', id: 1, way: 'toNode', sizeBytes: 5_000_000, atMs: 0 }]);
    expect(virtual.feed({ kind: 'end', id: 1, way: 'toNode' })).toEqual([{ kind: 'end', id: 1, way: 'toNode', atMs: 0 }]);
    expect(nextWakeMs(virtual.link)).toBe(Infinity);
  });
});

describe('latency', () => {
  it('is added one way, to each direction its own', () => {
    const virtual = openLink(linkWith({ toNode: { latencyMs: 30 }, toClient: { latencyMs: 50 } }));
    send(virtual, 100, 'toNode');
    virtual.runTo(31);
    expect(timeline(virtual, 'toNode')).toEqual([[30, 100]]);
    send(virtual, 100, 'toClient');
    virtual.runOut();
    expect(timeline(virtual, 'toClient')).toEqual([[80, 100]]);
  });

  it('costs a new connection one more round trip before its first bytes', () => {
    const virtual = createVirtualLink(linkWith({ toNode: { latencyMs: 30 }, toClient: { latencyMs: 50 } }));
    virtual.feed({ kind: 'open', id: 1 });
    send(virtual, 100, 'toNode');
    virtual.runTo(110);
    expect(virtual.releases('toNode').map(({ atMs }) => atMs)).toEqual([110]);
    send(virtual, 100, 'toClient');
    virtual.runOut();
    expect(virtual.releases('toClient').map(({ atMs }) => atMs)).toEqual([160]);
  });

  it('with jitter stays within latency ± jitter, and spreads over all of it', () => {
    const virtual = openLink(linkWith({ toClient: { latencyMs: 40, jitterMs: 10 } }));
    const delaysMs: number[] = [];
    for (let index = 0; index < 2_000; index += 1) {
      virtual.runTo(1_000 + index * 100);
      send(virtual, 10);
    }
    virtual.runOut();
    virtual.releases('toClient').forEach(({ atMs }, index) => delaysMs.push(atMs - (1_000 + index * 100)));
    expect(delaysMs).toHaveLength(2_000);
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(50);
    // Uniform: mean 40, deviation 20 / √12; five standard errors.
    const mean = delaysMs.reduce((sum, each) => sum + each, 0) / delaysMs.length;
    expect(Math.abs(mean - 40)).toBeLessThan((5 * 20) / Math.sqrt(12 * 2_000));
    expect(delaysMs.filter((each) => each < 32 || each > 48).length).toBeGreaterThan(200);
  });

  it('with more jitter than latency never falls below zero', () => {
    const virtual = openLink(linkWith({ toClient: { latencyMs: 5, jitterMs: 50 } }));
    for (let index = 0; index < 300; index += 1) {
      virtual.runTo(1_000 + index * 200);
      send(virtual, 10);
    }
    virtual.runOut();
    const delaysMs = virtual.releases('toClient').map(({ atMs }, index) => atMs - (1_000 + index * 200));
    expect(Math.min(...delaysMs)).toBe(0);
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(55);
  });

  it('with jitter keeps the order of bytes that were sent close together', () => {
    const virtual = openLink(bothWays({ latencyMs: 20, jitterMs: 20 }));
    for (let index = 1; index <= 400; index += 1) {
      virtual.runTo(1 + index);
      send(virtual, index);
    }
    virtual.runOut();
    expect(virtual.released('toClient')).toBe((400 * 401) / 2);
    const times = virtual.releases('toClient').map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('the window', () => {
  it('lets ten segments through in the first round trip, and twice as many in each that follows', () => {
    const virtual = openLink(bothWays({ latencyMs: 50 }));
    send(virtual, 200 * KB);
    virtual.runOut();
    expect(timeline(virtual)).toEqual([
      [50, 10 * SEGMENT_BYTES],
      [150, 20 * SEGMENT_BYTES],
      [250, 40 * SEGMENT_BYTES],
      [350, 200 * KB - 70 * SEGMENT_BYTES],
    ]);
  });

  it('does not stand in the way of a rate below it', () => {
    const virtual = openLink(bothWays({ latencyMs: 10, bitsPerSecond: 1_000_000 }));
    send(virtual, 125 * KB);
    virtual.runOut();
    expect(timeline(virtual).at(-1)![0]).toBeLessThan(1_000 + 10);
    expect(timeline(virtual).at(-1)![0]).toBeGreaterThan(1_000 - 15);
  });
});

describe('a lost segment', () => {
  it('holds itself and all behind it for one round trip', () => {
    const virtual = openLink(bothWays({ latencyMs: 50, loss: firstIsLost }));
    send(virtual, 3 * SEGMENT_BYTES);
    virtual.runTo(121);
    send(virtual, 700);
    virtual.runOut();
    expect(timeline(virtual)).toEqual([[150, 3 * SEGMENT_BYTES], [170, 700]]);
    expect(countersOf(virtual.link)).toMatchObject({ lossCountTotal: 1, heldMsTotal: 100 });
  });

  it('is judged where it arrives, so that losses of an edit meet what is under way', () => {
    const virtual = openLink(bothWays({ latencyMs: 50 }));
    send(virtual, 2 * SEGMENT_BYTES);
    virtual.runTo(40);
    virtual.set(bothWays({ latencyMs: 50, loss: firstIsLost }));
    virtual.runOut();
    expect(timeline(virtual)).toEqual([[150, 2 * SEGMENT_BYTES]]);
  });

  it('without any other in its round costs a time-out of RTT + 200 ms', () => {
    const virtual = openLink(bothWays({ latencyMs: 50, loss: firstIsLost }));
    send(virtual, 500);
    virtual.runOut();
    expect(timeline(virtual)).toEqual([[350, 500]]);
  });

  it('that is lost again costs time-outs that double, and nothing new is sent meanwhile', () => {
    const virtual = openLink(bothWays({ latencyMs: 50, loss: { model: 'bernoulli', share: 1 } }));
    send(virtual, 500);
    const lossesBy = (atMs: number): number => {
      virtual.runTo(1 + atMs);
      return countersOf(virtual.link).lossCountTotal;
    };
    expect([49, 51, 349, 351, 949, 951, 2_149, 2_151].map(lossesBy)).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
    send(virtual, 500);
    virtual.runTo(4_000);
    expect(virtual.outputs).toEqual([]);
    expect(countersOf(virtual.link).lossCountTotal).toBe(4);
  });

  it('costs something on a link without latency too', () => {
    const virtual = openLink(linkWith({ toClient: { loss: firstIsLost } }));
    send(virtual, 2 * SEGMENT_BYTES);
    virtual.runOut();
    expect(timeline(virtual)).toEqual([[1, 2 * SEGMENT_BYTES]]);
  });

  it('of the handshake costs a second, then two', () => {
    const virtual = createVirtualLink(linkWith({ toNode: { latencyMs: 10 }, toClient: { latencyMs: 10, loss: firstIsLost } }));
    virtual.feed({ kind: 'open', id: 1 });
    send(virtual, 100, 'toNode');
    virtual.runOut();
    expect(virtual.releases('toNode').map(({ atMs }) => atMs)).toEqual([1_030]);
  });

  it('of one connection does not hold another', () => {
    const virtual = openLink(normalLink);
    virtual.feed({ kind: 'open', id: 2 });
    virtual.runTo(2);
    virtual.set(bothWays({ latencyMs: 50, loss: firstIsLost }));
    send(virtual, 2 * SEGMENT_BYTES, 'toClient', 1);
    send(virtual, 2 * SEGMENT_BYTES, 'toClient', 2);
    virtual.runOut();
    expect(virtual.releases('toClient', 1).map(({ atMs }) => atMs)).toEqual([152]);
    expect(virtual.releases('toClient', 2).map(({ atMs }) => atMs)).toEqual([52]);
  });
});

describe('a live edit', () => {
  it('of the latency reaches bytes that are under way, both to less and to more', () => {
    const virtual = openLink(bothWays({ latencyMs: 5_000 }));
    send(virtual, 100);
    virtual.runTo(101);
    virtual.set(bothWays({ latencyMs: 300 }));
    virtual.runTo(200);
    expect(virtual.outputs).toEqual([]);
    virtual.set(bothWays({ latencyMs: 20 }));
    expect(timeline(virtual)).toEqual([[199, 100]]);
  });

  it('of the rate reaches bytes that wait', () => {
    const virtual = openLink(linkWith({ toClient: { bitsPerSecond: 8_000 } }));
    send(virtual, 100 * KB);
    virtual.runTo(1_001);
    expect(virtual.released('toClient')).toBeLessThanOrEqual(2_448);
    virtual.set(linkWith({ toClient: { bitsPerSecond: 80_000_000 } }));
    virtual.runTo(1_001 + 11);
    expect(virtual.released('toClient')).toBe(100 * KB);
  });

  it('to a low rate leaves no more than a segment’s debt of the high one', () => {
    const virtual = openLink(linkWith({ toClient: { bitsPerSecond: 1_000_000_000 } }));
    send(virtual, 600 * KB);
    virtual.set(linkWith({ toClient: { bitsPerSecond: 100_000 } }));
    const before = virtual.released('toClient');
    virtual.runTo(1 + 2 * ((SEGMENT_BYTES * 8) / 100));
    expect(virtual.released('toClient') - before).toBeGreaterThanOrEqual(SEGMENT_BYTES);
  });

  it('that takes all losses away lets everything go that was held for one', () => {
    const virtual = openLink(bothWays({ latencyMs: 50, loss: { model: 'bernoulli', share: 1 } }));
    send(virtual, 5 * SEGMENT_BYTES);
    virtual.runTo(30_000);
    virtual.set(bothWays({ latencyMs: 50 }));
    expect(virtual.released('toClient')).toBe(5 * SEGMENT_BYTES);
  });

  it('to fewer losses does not wait for time-outs of the many', () => {
    const virtual = openLink(bothWays({ latencyMs: 50, loss: { model: 'bernoulli', share: 1 } }));
    send(virtual, 500);
    virtual.runTo(100_000);
    virtual.set(bothWays({ latencyMs: 50, loss: { model: 'bernoulli', share: 1e-9 } }));
    expect(virtual.released('toClient')).toBe(500);
  });

  it('to nothing at all opens a connection whose handshake was still under way', () => {
    const virtual = createVirtualLink(bothWays({ latencyMs: 8_000, loss: { model: 'bernoulli', share: 1 } }));
    virtual.feed({ kind: 'open', id: 1 });
    send(virtual, 100, 'toNode');
    virtual.runTo(100);
    virtual.set(normalLink);
    expect(virtual.releases('toNode')).toMatchObject([{ sizeBytes: 100, atMs: 100 }]);
  });

  it('does not make an open connection shake hands again', () => {
    const virtual = openLink(normalLink);
    virtual.runTo(50);
    virtual.set(bothWays({ latencyMs: 1_000 }));
    send(virtual, 100, 'toNode');
    virtual.runOut();
    expect(virtual.releases('toNode').map(({ atMs }) => atMs)).toEqual([1_050]);
  });
});
