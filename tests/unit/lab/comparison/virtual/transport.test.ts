import { describe, expect, it } from 'vitest';
import { changeLink, type LinkChange, type LinkSettings, normalLink } from '../../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../../runtime/contract/network.ts';
import { createVirtualClock } from '../../../../../runtime/lab/comparison/virtual/clock.ts';
import { createVirtualLink } from '../../../../../runtime/lab/comparison/virtual/link-line.ts';
import { createVirtualNode, HEAD_BYTES } from '../../../../../runtime/lab/comparison/virtual/node.ts';
import { createVirtualTransport } from '../../../../../runtime/lab/comparison/virtual/transport.ts';

const CHUNK_BYTES = 500_000;
const profile = (id: string): LinkSettings => builtInProfiles.find((one) => one.id === id)!.settings;
const linkOf = (change: LinkChange): LinkSettings => changeLink(normalLink, change);
const both = (change: LinkChange['toNode']): LinkSettings => linkOf({ toNode: change, toClient: change });

const createNet = (settings: LinkSettings, seed = 1) => {
  const clock = createVirtualClock();
  const node = createVirtualNode(clock);
  const link = createVirtualLink(settings, seed, node, clock);
  const transport = createVirtualTransport(new Map([['node-1', link]]), clock);
  const get = (sizeBytes = CHUNK_BYTES) => {
    const told = { startMs: clock.nowMs(), firstByteMs: null as number | null, bytes: 0, endMs: null as number | null, failure: null as string | null, wasZero: true, abort: () => {} };
    told.abort = transport.request({ nodeId: 'node-1', sequence: 0, fromByte: 0, toByte: sizeBytes }, {
      onFirstByte: () => (told.firstByteMs = clock.nowMs() - told.startMs),
      onBytes(bytes) {
        told.bytes += bytes.length;
        told.wasZero &&= bytes.every((byte) => byte === 0);
      },
      onEnd: () => (told.endMs = clock.nowMs() - told.startMs),
      onFailure: (reason) => (told.failure = reason),
    });
    return told;
  };
  const run = (untilMs = Infinity): void => {
    let isThere = false;
    if (untilMs !== Infinity) clock.after(untilMs - clock.nowMs(), () => (isThere = true));
    while (!isThere && clock.step());
  };
  return { clock, node, link, transport, get, run };
};

describe('a request in virtual time', () => {
  it('takes a round trip to connect, one to ask, and its bytes at the rate of the link', () => {
    const net = createNet(profile('3g'));
    const told = net.get();
    net.run();
    // 300 ms each; the first window of 14 kB fills the way only after some rounds, a second or so at this rate.
    expect(told.firstByteMs).toBeGreaterThan(600);
    expect(told.firstByteMs).toBeLessThan(620);
    const atRateMs = ((CHUNK_BYTES + HEAD_BYTES) * 8) / 1.6e6 * 1000;
    expect(told.endMs).toBeGreaterThan(600 + atRateMs);
    expect(told.endMs).toBeLessThan(600 + atRateMs + 900);
    expect(told).toMatchObject({ bytes: CHUNK_BYTES, failure: null, wasZero: true });
  });

  it('uses the connection of the one before it, as long as that was not idle for too long', () => {
    const net = createNet(both({ latencyMs: 50 }));
    const first = net.get();
    net.run(2_000);
    const second = net.get();
    net.run(4_000);
    expect(Math.round(first.firstByteMs!)).toBe(201);
    expect(Math.round(second.firstByteMs!)).toBe(101);
    net.run(20_000);
    const third = net.get();
    net.run();
    expect(Math.round(third.firstByteMs!)).toBe(201);
  });

  it('shares the rate of its link with others at the same time', () => {
    const alone = createNet(both({ bitsPerSecond: 8e6 }));
    const single = alone.get();
    alone.run();
    const shared = createNet(both({ bitsPerSecond: 8e6 }));
    const [one, two] = [shared.get(), shared.get()];
    shared.run();
    expect(single.endMs! / 500).toBeCloseTo(1, 1);
    for (const told of [one, two]) expect(told.endMs! / single.endMs!).toBeCloseTo(2, 1);
  });

  it('brings exactly what was asked for over a link that loses packets', () => {
    const net = createNet(profile('degraded'), 3);
    net.link.set(changeLink(profile('degraded'), { resetShare: 0 }));
    const told = [net.get(100_000), net.get(1), net.get(300_000)];
    net.run();
    expect(told.map(({ bytes, failure }) => [bytes, failure])).toEqual([[100_000, null], [1, null], [300_000, null]]);
  });

  it('that was aborted hears nothing more, and leaves no connection behind', () => {
    const net = createNet(both({ latencyMs: 50, bitsPerSecond: 1e6 }));
    const told = net.get();
    net.run(1_000);
    told.abort();
    const atAbort = { ...told };
    net.run();
    expect(told).toEqual(atAbort);
    expect(told.endMs).toBeNull();
    // The next one has to connect again.
    const next = net.get(10_000);
    net.run();
    expect(next.firstByteMs).toBeGreaterThan(200);
  });

  it('fails at once where nobody listens, and breaks off where the node dies', () => {
    const net = createNet(both({ latencyMs: 50, bitsPerSecond: 1e6 }));
    const told = net.get();
    net.clock.after(1_000, () => net.node.kill());
    net.run();
    expect(told).toMatchObject({ failure: 'broke off', endMs: null });
    expect(told.bytes).toBeGreaterThan(0);
    const later = net.get();
    net.run();
    expect(later).toMatchObject({ failure: 'could not be reached', bytes: 0 });
  });

  it('hears nothing of a node that is frozen, and nothing through a partition until it heals', () => {
    const frozen = createNet(both({ latencyMs: 5 }));
    frozen.node.freeze();
    const silent = frozen.get();
    frozen.run();
    expect(silent).toMatchObject({ firstByteMs: null, endMs: null, failure: null });

    const cut = createNet(linkOf({ partition: 'both' }));
    const told = cut.get(10_000);
    cut.clock.after(3_000, () => cut.link.set(normalLink));
    cut.run(2_999);
    expect(told.firstByteMs).toBeNull();
    cut.run();
    expect(told).toMatchObject({ bytes: 10_000, failure: null });
    expect(told.endMs).toBeGreaterThanOrEqual(3_000);
  });

  it('is refused while the link has failed', () => {
    const net = createNet(linkOf({ isFailed: true }));
    const told = net.get();
    expect(told.failure).toBeNull();
    net.run();
    expect(told.failure).toBe('could not be reached');
  });

  it('pings: the round trip with its connection, or nothing within two seconds', () => {
    const net = createNet(both({ latencyMs: 40 }));
    const pings: (number | null)[] = [];
    net.transport.ping('node-1', (tookMs) => pings.push(tookMs));
    expect(pings).toEqual([]);
    net.run();
    net.link.set(linkOf({ partition: 'both' }));
    net.transport.ping('node-1', (tookMs) => pings.push(tookMs));
    const end = net.transport.ping('node-1', () => pings.push(-1));
    end();
    net.transport.ping('nobody', (tookMs) => pings.push(tookMs));
    net.run();
    expect(pings.map((tookMs) => (tookMs === null ? null : Math.round(tookMs)))).toEqual([161, null, null]);
  });

  it('is the same for the same seed, and another for another', () => {
    const run = (seed: number) => {
      const net = createNet(profile('packet-loss'), seed);
      const told = net.get();
      net.run();
      return told.endMs;
    };
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });
});

describe('the virtual clock', () => {
  it('lets things happen in the order they are due, those of the same time as they were set', () => {
    const clock = createVirtualClock(1_000);
    const happened: string[] = [];
    const at = (delayMs: number, name: string) => clock.after(delayMs, () => happened.push(`${name} at ${clock.nowMs()}`));
    at(30, 'c');
    at(10, 'a');
    at(30, 'd');
    const cancel = at(20, 'never');
    clock.after(15, () => at(0, 'b'));
    cancel();
    while (clock.step());
    expect(happened).toEqual(['a at 10', 'b at 15', 'c at 30', 'd at 30']);
    expect(clock.wallMs()).toBe(1_030);
    expect(clock.step()).toBe(false);
  });

  it('keeps the order with thousands of timers in any order', () => {
    const clock = createVirtualClock();
    const due: number[] = [];
    for (let index = 0; index < 5_000; index++) clock.after((index * 7_919) % 1_009, () => due.push(clock.nowMs()));
    while (clock.step());
    expect(due).toHaveLength(5_000);
    expect(due).toEqual(due.toSorted((a, b) => a - b));
  });
});
