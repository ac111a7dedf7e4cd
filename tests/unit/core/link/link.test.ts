import { describe, expect, it } from 'vitest';
import { changeLink, type LinkSettings, normalLink } from '../../../../runtime/contract/link.ts';
import { RESET_BYTES_MAX } from '../../../../runtime/core/link/limits.ts';
import { countersOf, nextWakeMs, roomBytes } from '../../../../runtime/core/link/link.ts';
import { bothWays, createVirtualLink, linkWith, type VirtualLink } from '../../../fixtures/virtual-link.ts';

const KB = 1_000;
const SEGMENT_BYTES = 1448;

/** A link with one connection that has been open for long, its handshake over, at the time 0 + `restedMs`. */
const openLink = (settings: LinkSettings, seed = 1): VirtualLink => {
  const virtual = createVirtualLink(normalLink, seed);
  virtual.feed({ kind: 'open', id: 1 });
  virtual.runTo(1);
  virtual.set(settings);
  return virtual;
};
const send = (virtual: VirtualLink, sizeBytes: number, way: 'toNode' | 'toClient' = 'toClient', id = 1): void =>
  void virtual.feed({ kind: 'bytes', id, way, sizeBytes });
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

describe('a partition', () => {
  it.each([
    ['to-node', { toNode: 0, toClient: 100 }],
    ['to-client', { toNode: 100, toClient: 0 }],
    ['both', { toNode: 0, toClient: 0 }],
  ] as const)('%s holds what goes that way, keeps the connection, and gives everything back when it heals', (partition, passed) => {
    const virtual = openLink(linkWith({ partition }));
    send(virtual, 100, 'toNode');
    send(virtual, 100, 'toClient');
    virtual.runTo(60_000);
    expect({ toNode: virtual.released('toNode'), toClient: virtual.released('toClient') }).toEqual(passed);
    expect(countersOf(virtual.link).connectionCount).toBe(1);
    virtual.set(normalLink);
    expect([virtual.released('toNode'), virtual.released('toClient')]).toEqual([100, 100]);
  });

  it('of either way keeps a new connection from opening', () => {
    const virtual = createVirtualLink(linkWith({ partition: 'to-client' }));
    virtual.feed({ kind: 'open', id: 1 });
    send(virtual, 100, 'toNode');
    virtual.runTo(10_000);
    expect(virtual.outputs).toEqual([]);
    virtual.set(normalLink);
    expect(virtual.released('toNode')).toBe(100);
  });

  it('holds ends and resets too', () => {
    const virtual = openLink(linkWith({ partition: 'to-node' }));
    virtual.feed({ kind: 'reset', id: 1, way: 'toNode' });
    virtual.runTo(10_000);
    expect(virtual.outputs).toEqual([]);
    virtual.set(normalLink);
    expect(virtual.outputs).toMatchObject([{ kind: 'reset', way: 'toNode' }]);
  });
});

describe('an end', () => {
  it('comes behind all bytes, each way by itself, and the connection is over after both', () => {
    const virtual = openLink(bothWays({ latencyMs: 10, bitsPerSecond: 100_000 }));
    send(virtual, 10 * KB, 'toNode');
    virtual.feed({ kind: 'end', id: 1, way: 'toNode' });
    virtual.runOut();
    expect(virtual.outputs.at(-1)).toMatchObject({ kind: 'end', way: 'toNode' });
    expect(virtual.released('toNode')).toBe(10 * KB);
    expect(countersOf(virtual.link).connectionCount).toBe(1);
    send(virtual, 10 * KB, 'toClient');
    virtual.feed({ kind: 'end', id: 1, way: 'toClient' });
    virtual.runOut();
    expect(virtual.released('toClient')).toBe(10 * KB);
    expect(virtual.outputs.at(-1)).toMatchObject({ kind: 'end', way: 'toClient' });
    expect(countersOf(virtual.link).connectionCount).toBe(0);
  });

  it('lingers for as long as a slow close wants, bytes do not', () => {
    const virtual = openLink(linkWith({ toClient: { latencyMs: 20 }, slowCloseMs: 3_000 }));
    send(virtual, 100);
    virtual.feed({ kind: 'end', id: 1, way: 'toClient' });
    virtual.runOut();
    expect(virtual.outputs).toMatchObject([{ kind: 'release', atMs: 21 }, { kind: 'end', atMs: 3_021 }]);
  });

  it('of a slow close comes at once when that is edited away', () => {
    const virtual = openLink(linkWith({ slowCloseMs: 60_000 }));
    virtual.feed({ kind: 'end', id: 1, way: 'toClient' });
    virtual.runTo(500);
    virtual.set(normalLink);
    expect(virtual.outputs).toMatchObject([{ kind: 'end', atMs: 500 }]);
  });

  it('by reset comes behind the bytes before it, and ends the connection for both ways', () => {
    const virtual = openLink(bothWays({ latencyMs: 10, bitsPerSecond: 1_000_000 }));
    send(virtual, 50 * KB, 'toClient');
    send(virtual, 50 * KB, 'toNode');
    virtual.feed({ kind: 'reset', id: 1, way: 'toClient' });
    virtual.runOut();
    expect(virtual.released('toClient')).toBe(50 * KB);
    expect(virtual.outputs.at(-1)).toMatchObject({ kind: 'reset', way: 'toClient' });
    expect(countersOf(virtual.link)).toMatchObject({ connectionCount: 0, heldBytes: 0, resetCountTotal: 0 });
  });
});

describe('a link that fails', () => {
  it('refuses new connections, resets open ones, and takes new ones once it is well again', () => {
    const virtual = openLink(normalLink);
    virtual.set(linkWith({ isFailed: true }));
    virtual.feed({ kind: 'open', id: 2 });
    send(virtual, 100, 'toNode', 2);
    virtual.set(normalLink);
    virtual.feed({ kind: 'open', id: 3 });
    send(virtual, 100, 'toNode', 3);
    expect(virtual.outputs).toMatchObject([{ kind: 'reset', id: 1, way: null }, { kind: 'refused', id: 2 }, { kind: 'release', id: 3 }]);
    expect(countersOf(virtual.link)).toMatchObject({ connectionCount: 1, connectionCountTotal: 3, resetCountTotal: 2 });
  });
});

describe('drawn resets', () => {
  const resetsAt = (share: number, count: number, edit?: LinkSettings): number => {
    const settings = linkWith({ resetShare: share });
    const virtual = createVirtualLink(settings, 5);
    for (let id = 1; id <= count; id += 1) virtual.feed({ kind: 'open', id });
    if (edit) virtual.set(edit);
    for (let id = 1; id <= count; id += 1) send(virtual, RESET_BYTES_MAX, 'toClient', id);
    return virtual.outputs.filter(({ kind }) => kind === 'reset').length;
  };

  it('meet the share of connections that was set', () => {
    const count = 4_000;
    expect(resetsAt(0, count)).toBe(0);
    expect(resetsAt(1, count)).toBe(count);
    expect(Math.abs(resetsAt(0.05, count) - 0.05 * count)).toBeLessThan(5 * Math.sqrt(count * 0.05 * 0.95));
  });

  it('come at different moments of a connection’s life', () => {
    const virtual = createVirtualLink(linkWith({ resetShare: 1 }), 9);
    const livedBytes = Array.from({ length: 200 }, (_, index) => {
      const id = index + 1;
      virtual.feed({ kind: 'open', id });
      let sentBytes = 0;
      while (virtual.link.connections.has(id)) {
        send(virtual, 16 * 1024, 'toClient', id);
        sentBytes += 16 * 1024;
      }
      return sentBytes;
    });
    expect(Math.min(...livedBytes)).toBeLessThan(0.1 * RESET_BYTES_MAX);
    expect(Math.max(...livedBytes)).toBeGreaterThan(0.9 * RESET_BYTES_MAX);
    expect(Math.max(...livedBytes)).toBeLessThanOrEqual(RESET_BYTES_MAX + 16 * 1024);
  });

  it('do not happen any more once the share is set to nothing', () => {
    expect(resetsAt(1, 100, normalLink)).toBe(0);
  });
});

describe('the room of a sender', () => {
  it('bounds what a connection holds, however much is sent', () => {
    const virtual = openLink(linkWith({ partition: 'both' }));
    let sentBytes = 0;
    while (roomBytes(virtual.link, 1, 'toClient') > 0) {
      send(virtual, 65_536);
      sentBytes += 65_536;
    }
    expect(sentBytes).toBeLessThan(1_000_000);
    virtual.set(normalLink);
    expect(roomBytes(virtual.link, 1, 'toClient')).toBeGreaterThan(0);
  });

  it('is at least the product of rate and round trip', () => {
    const virtual = openLink(bothWays({ latencyMs: 250, bitsPerSecond: 100_000_000 }));
    // Once the window has grown that far.
    const tcp = virtual.link.connections.get(1)!.flows.toClient.tcp;
    tcp.windowSegments = 5_000;
    expect(roomBytes(virtual.link, 1, 'toClient')).toBeGreaterThanOrEqual(0.5 * (100_000_000 / 8));
  });

  it('is nothing for a connection that is no more', () => {
    expect(roomBytes(createVirtualLink(normalLink).link, 7, 'toNode')).toBe(0);
  });
});

describe('the counters', () => {
  it('tell bytes, delays of packets, losses, and the time in which bytes stood still', () => {
    const virtual = openLink(linkWith({ toNode: { latencyMs: 40 } }));
    send(virtual, 3 * SEGMENT_BYTES, 'toNode');
    send(virtual, 100, 'toClient');
    virtual.runTo(1_001);
    expect(countersOf(virtual.link)).toMatchObject({ bytesToNode: 3 * SEGMENT_BYTES, bytesToClient: 100, delayMsTotal: 120, delayedCountTotal: 4, heldMsTotal: 0, heldBytes: 0 });
    virtual.set(changeLink(virtual.link.settings, { partition: 'to-client' }));
    send(virtual, 100, 'toClient');
    expect(countersOf(virtual.link).heldBytes).toBe(100);
    virtual.runTo(1_501);
    virtual.set(normalLink);
    virtual.runTo(3_000);
    expect(countersOf(virtual.link)).toMatchObject({ heldMsTotal: 500, heldBytes: 0 });
  });
});

describe('a seed', () => {
  const story = (seed: number): string[] => {
    const virtual = createVirtualLink(linkWith({
      toNode: { latencyMs: 15, jitterMs: 5 },
      toClient: { latencyMs: 25, jitterMs: 10, bitsPerSecond: 5_000_000, loss: { model: 'bernoulli', share: 0.1 } },
      resetShare: 0.3,
    }), seed);
    for (const id of [1, 2]) {
      virtual.feed({ kind: 'open', id });
      send(virtual, 300, 'toNode', id);
    }
    virtual.runTo(100);
    for (const id of [1, 2]) send(virtual, 30 * KB, 'toClient', id);
    virtual.set(changeLink(virtual.link.settings, { toClient: { latencyMs: 40 } }));
    virtual.runTo(5_000);
    return virtual.outputs.map((output) => `${output.kind === 'refused' ? '' : output.atMs.toFixed(3)} ${output.kind} ${output.id} ${'way' in output ? output.way : ''} ${output.kind === 'release' ? output.sizeBytes : ''}`.trim());
  };

  it('fixes everything that happens', () => {
    expect(story(42)).toMatchSnapshot();
  });

  it('that is another makes another story', () => {
    expect(story(43)).not.toEqual(story(42));
  });
});
