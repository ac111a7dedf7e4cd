import { describe, expect, it } from 'vitest';
import type { EventData } from '../../../../runtime/contract/control/index.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { changeLink, normalLink, type LinkCounters, type LinkSettings } from '../../../../runtime/contract/link.ts';
import { createEventHub } from '../../../../runtime/host/event-hub.ts';
import { ratesBetween, SAMPLE_MS, startLinkSamples } from '../../../../runtime/host/network/link-samples.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { noTraffic } from '../../../fixtures/supervision/fake-emulator.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

const create = () => {
  const clock = createManualClock(50_000);
  const events = createEventHub();
  const settings = new Map<string, LinkSettings>([['node-1', normalLink], ['node-2', normalLink]]);
  /** How long each node takes to answer; Infinity: until patience ends. */
  const answerMs = new Map<string, number>([['node-1', 3], ['node-2', 7]]);
  const pinged: { nodeId: string; atMs: number; timeoutMs: number }[] = [];
  let counters: Record<string, LinkCounters> | null = { 'node-1': noTraffic, 'node-2': noTraffic };
  let countedCount = 0;
  const stop = startLinkSamples({
    clock,
    events,
    links: {
      list: () => [...settings].map(([nodeId, own]) => ({ nodeId, url: `http://${nodeId}`, settings: own })),
      counters: () => {
        countedCount += 1;
        return counters ? Promise.resolve(Object.entries(counters).map(([nodeId, own]) => ({ nodeId, counters: own }))) : Promise.reject(new VStackError('unavailable', 'gone'));
      },
    },
    pinger: {
      ping: (url, timeoutMs) => {
        const nodeId = new URL(url).hostname;
        pinged.push({ nodeId, atMs: clock.nowMs(), timeoutMs });
        const takesMs = answerMs.get(nodeId)!;
        return new Promise((resolve) => clock.after(Math.min(takesMs, timeoutMs), () => resolve(takesMs <= timeoutMs ? takesMs : null)));
      },
    },
  });
  const samples: EventData<'network:sample'>[] = [];
  const listen = () => events.on('network:sample', (sample) => samples.push(sample));
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1) {
      clock.advance(1);
      await settle();
    }
  };
  const rtts = () => samples.at(-1)?.links.map(({ rttMs }) => rttMs);
  return { clock, events, settings, answerMs, pinged, samples, listen, pass, rtts, stop, count: (next: typeof counters) => (counters = next), countedCount: () => countedCount };
};

describe('samples of the links', () => {
  it('are taken twice a second while somebody listens, and never else', async () => {
    const test = create();
    await test.pass(2000);
    expect([test.pinged.length, test.countedCount()]).toEqual([0, 0]);
    const leave = test.listen();
    await test.pass(2 * SAMPLE_MS);
    expect(test.samples.map(({ atMs }) => atMs)).toEqual([52_010, 52_510]);
    expect(test.rtts()).toEqual([3, 7]);
    // One after the other, for requests that leave together wait for each other.
    expect(test.pinged.slice(0, 2).map(({ nodeId, atMs }) => [nodeId, atMs])).toEqual([['node-1', 2000], ['node-2', 2003]]);
    leave();
    await test.pass(2000);
    const pingedCount = test.pinged.length;
    await test.pass(2000);
    expect([test.samples.length, test.pinged.length]).toEqual([2, pingedCount]);
    test.listen();
    await test.pass(SAMPLE_MS);
    expect(test.samples).toHaveLength(3);
  });

  it('do not wait for a slow link, and ask it again only when it has answered', async () => {
    const test = create();
    test.answerMs.set('node-1', 1200);
    test.listen();
    await test.pass(1000);
    expect(test.samples.map(({ links }) => links.map(({ rttMs }) => rttMs))).toEqual([[null, 7], [null, 7]]);
    await test.pass(600);
    expect(test.rtts()).toEqual([1200, 7]);
    expect(test.pinged.filter(({ nodeId }) => nodeId === 'node-1').map(({ atMs }) => atMs)).toEqual([0, 1500]);
  });

  it('know no round trip of a link that lets nothing pass, and one again when it is healed', async () => {
    const test = create();
    test.listen();
    await test.pass(600);
    test.answerMs.set('node-2', Infinity);
    await test.pass(3500);
    expect(test.rtts()).toEqual([3, null]);
    test.answerMs.set('node-2', 9);
    await test.pass(3000);
    expect(test.rtts()).toEqual([3, 9]);
  });

  it('have as much more patience as the link is set to add', async () => {
    const test = create();
    test.settings.set('node-1', changeLink(normalLink, { toNode: { latencyMs: 1500, jitterMs: 100 }, toClient: { latencyMs: 1500, jitterMs: 100 } }));
    test.listen();
    await test.pass(100);
    expect(test.pinged.map(({ timeoutMs }) => timeoutMs)).toEqual([5200, 2000]);
  });

  it('tell rates from differences of the counters, and nothing from a single reading', async () => {
    const test = create();
    test.listen();
    await test.pass(100);
    expect(test.samples[0]!.links[0]).toEqual({ nodeId: 'node-1', rttMs: 3, bitsPerSecondToClient: null, bitsPerSecondToNode: null, addedDelayMs: null, heldShare: null, counters: noTraffic });
    const counters = { ...noTraffic, bytesToClient: 62_500, bytesToNode: 625, delayMsTotal: 2000, delayedCountTotal: 40, heldMsTotal: 125 };
    test.count({ 'node-1': counters });
    await test.pass(SAMPLE_MS);
    expect(test.samples[1]!.links[0]).toMatchObject({ bitsPerSecondToClient: 1_000_000, bitsPerSecondToNode: 10_000, addedDelayMs: 50, heldShare: 0.25, counters });
    expect(test.samples[1]!.links[1]).toMatchObject({ nodeId: 'node-2', rttMs: 7, bitsPerSecondToClient: null, counters: null });
    test.count(null);
    await test.pass(SAMPLE_MS);
    expect(test.samples[2]!.links[0]).toMatchObject({ rttMs: 3, bitsPerSecondToClient: null, heldShare: null, counters: null });
  });

  it('end with the host', async () => {
    const test = create();
    test.listen();
    await test.pass(600);
    test.stop();
    const { length } = test.samples;
    await test.pass(2000);
    expect(test.samples).toHaveLength(length);
  });
});

describe('rates', () => {
  const at = (atMs: number, counters: Partial<LinkCounters>) => ({ atMs, counters: { ...noTraffic, ...counters } });
  const unknown = { bitsPerSecondToClient: null, bitsPerSecondToNode: null, addedDelayMs: null, heldShare: null };

  it('are not known of an emulator that began anew, nor of no time', () => {
    expect(ratesBetween(at(0, { bytesToClient: 10 }), at(500, { bytesToClient: 9 }))).toEqual(unknown);
    expect(ratesBetween(at(500, {}), at(500, { bytesToClient: 9 }))).toEqual(unknown);
    expect(ratesBetween(undefined, at(500, {}))).toEqual(unknown);
  });

  it('know no delay of nothing, and no more held time than there was', () => {
    expect(ratesBetween(at(0, {}), at(500, { heldMsTotal: 501 }))).toEqual({ bitsPerSecondToClient: 0, bitsPerSecondToNode: 0, addedDelayMs: null, heldShare: 1 });
  });
});
