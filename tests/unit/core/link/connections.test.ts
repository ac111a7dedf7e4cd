/** The ends of connections, and what concerns them all: partition, failure, room, counters, seeds. */
import { describe, expect, it } from 'vitest';
import { changeLink, type LinkSettings, normalLink } from '../../../../runtime/contract/link.ts';
import { RESET_BYTES_MAX } from '../../../../runtime/core/link/limits.ts';
import { countersOf, roomBytes } from '../../../../runtime/core/link/link.ts';
import { bothWays, createVirtualLink, linkWith, openLink, send } from '../../../fixtures/virtual-link.ts';

const KB = 1_000;
const SEGMENT_BYTES = 1448;

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
