/** Whatever is sent and edited, in whatever order: no byte is lost, doubled or reordered, and time never goes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkSettings, type Loss, normalLink } from '../../../../runtime/contract/link.ts';
import { countersOf, nextWakeMs } from '../../../../runtime/core/link/link.ts';
import type { LinkOutput, WayName } from '../../../../runtime/core/link/state.ts';
import { WAYS } from '../../../../runtime/core/link/state.ts';
import { createVirtualLink, type VirtualLink } from '../../../fixtures/virtual-link.ts';

/** Evenly spread, in thousandths: `fc.double` draws nearly always something next to zero. */
const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min: min * 1_000, max: max * 1_000 }).map((thousandths) => thousandths / 1_000);
const share = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }, { weight: 4, arbitrary: between(0, 0.5) }, { weight: 1, arbitrary: between(0.5, 1) });
const loss: fc.Arbitrary<Loss> = fc.oneof(
  fc.record({ model: fc.constant('bernoulli' as const), share }),
  fc.record({ model: fc.constant('gilbert-elliott' as const), goodToBad: share, badToGood: share, lossInGood: share, lossInBad: share }),
);
const direction = fc.record({
  latencyMs: fc.oneof(fc.constant(0), between(0, 500)),
  jitterMs: fc.oneof(fc.constant(0), between(0, 200)),
  bitsPerSecond: fc.oneof(fc.constant(null), fc.integer({ min: 8_000, max: 1e8 })),
  loss,
});
/** Neither failures nor resets: those end connections, and with them their bytes. */
const settings: fc.Arbitrary<LinkSettings> = fc.record({
  toNode: direction,
  toClient: direction,
  partition: fc.constantFrom('none', 'to-node', 'to-client', 'both'),
  isFailed: fc.constant(false),
  resetShare: fc.constant(0),
  slowCloseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000 })),
});

const CONNECTIONS = 4;
const id = fc.integer({ min: 1, max: CONNECTIONS });
const way = fc.constantFrom<WayName>(...WAYS);
const deed = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('bytes' as const), id, way, sizeBytes: fc.integer({ min: 1, max: 60_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), id, way }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settings' as const), settings }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: between(0, 700) }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer Each> ? Each : never;

/** What each flow was given, and whether its sender ended it. */
interface Sent {
  sizeBytes: number;
  isEnded: boolean;
}

const perform = (virtual: VirtualLink, deeds: readonly Deed[]): Map<string, Sent> => {
  const sent = new Map<string, Sent>();
  for (let each = 1; each <= CONNECTIONS; each += 1) {
    virtual.feed({ kind: 'open', id: each });
    for (const name of WAYS) sent.set(`${each} ${name}`, { sizeBytes: 0, isEnded: false });
  }
  for (const each of deeds) {
    if (each.kind === 'wait') virtual.runTo(virtual.nowMs() + each.ms);
    else if (each.kind === 'settings') virtual.set(each.settings);
    else {
      const flow = sent.get(`${each.id} ${each.way}`)!;
      if (flow.isEnded) continue;
      if (each.kind === 'bytes') flow.sizeBytes += each.sizeBytes;
      else flow.isEnded = true;
      virtual.feed(each);
    }
    expect(nextWakeMs(virtual.link)).toBeGreaterThanOrEqual(virtual.link.nowMs);
  }
  return sent;
};
const releasedOf = (outputs: readonly LinkOutput[], key: string): number =>
  outputs.reduce((sum, output) => sum + (output.kind === 'release' && `${output.id} ${output.way}` === key ? output.sizeBytes : 0), 0);

const story = fc.tuple(settings, fc.array(deed, { minLength: 20, maxLength: 80 }), fc.integer({ min: 0, max: 2 ** 31 }));

describe('whatever is sent and edited', () => {
  it('what was sent is either held or was released, at every moment', () => {
    fc.assert(
      fc.property(story, ([first, deeds, seed]) => {
        const virtual = createVirtualLink(first, seed);
        const sent = perform(virtual, deeds);
        const sentBytes = [...sent.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const { heldBytes, bytesToNode, bytesToClient } = countersOf(virtual.link);
        expect(heldBytes + bytesToNode + bytesToClient).toBe(sentBytes);
        expect(bytesToNode).toBe(virtual.released('toNode'));
        expect(bytesToClient).toBe(virtual.released('toClient'));
      }),
      { numRuns: 500 },
    );
  });

  it('everything is there at once when the link is set to normal, and ends come behind the bytes', () => {
    fc.assert(
      fc.property(story, ([first, deeds, seed]) => {
        const virtual = createVirtualLink(first, seed);
        const sent = perform(virtual, deeds);
        virtual.set(normalLink);
        for (const [key, { sizeBytes, isEnded }] of sent) {
          expect(releasedOf(virtual.outputs, key)).toBe(sizeBytes);
          const end = virtual.outputs.findIndex((output) => output.kind === 'end' && `${output.id} ${output.way}` === key);
          expect(end >= 0).toBe(isEnded);
          if (isEnded) expect(releasedOf(virtual.outputs.slice(end), key)).toBe(0);
        }
        expect(nextWakeMs(virtual.link)).toBe(Infinity);
      }),
      { numRuns: 500 },
    );
  });

  it('everything is there in the end, without any further edit, unless all of it is lost or nothing passes', () => {
    const survivable = settings.filter(({ partition, toNode, toClient }) =>
      partition === 'none' && [toNode, toClient].every(({ loss: each }) => each.model === 'bernoulli' ? each.share <= 0.5 : each.lossInGood <= 0.5 && each.lossInBad <= 0.5),
    );
    fc.assert(
      fc.property(story, survivable, ([first, deeds, seed], last) => {
        const virtual = createVirtualLink(first, seed);
        const sent = perform(virtual, deeds);
        virtual.set(last);
        virtual.runOut();
        for (const [key, { sizeBytes, isEnded }] of sent) {
          expect(releasedOf(virtual.outputs, key)).toBe(sizeBytes);
          expect(virtual.outputs.some((output) => output.kind === 'end' && `${output.id} ${output.way}` === key)).toBe(isEnded);
        }
        expect(countersOf(virtual.link).heldBytes).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('outputs are in the order of time, and the same inputs give the same', () => {
    fc.assert(
      fc.property(story, ([first, deeds, seed]) => {
        const [one, other] = [createVirtualLink(first, seed), createVirtualLink(first, seed)];
        perform(one, deeds);
        perform(other, deeds);
        expect(other.outputs).toEqual(one.outputs);
        const times = one.outputs.map((output) => (output.kind === 'refused' ? 0 : output.atMs));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('waking the link late, or far too often, changes nothing of what is released when', () => {
    fc.assert(
      fc.property(settings, fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 20 }), between(0.1, 900), (each, sizes, everyMs) => {
        const runs = [3_000, everyMs].map((stepMs) => {
          const virtual = createVirtualLink(each, 1);
          virtual.feed({ kind: 'open', id: 1 });
          for (const sizeBytes of sizes) virtual.feed({ kind: 'bytes', id: 1, way: 'toClient', sizeBytes });
          // Past wake-ups that are due: the model catches up by itself.
          for (let atMs = stepMs; atMs < 3_000; atMs += stepMs) virtual.skipTo(atMs);
          virtual.skipTo(3_000);
          return virtual.outputs;
        });
        expect(runs[1]).toEqual(runs[0]);
      }),
      { numRuns: 200 },
    );
  });
});
