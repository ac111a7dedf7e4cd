/** Profiles and scenarios of the network: what they are, and the ones that come with the program. Saved as JSON, each with a version. */
import { z } from 'zod';
import { changeLink, type LinkChange, LinkChange as LinkChangeSchema, LinkSettings, normalLink } from './link.ts';
import { NodeId } from './ids.ts';

const Name = z.string().trim().min(1).max(60);
const Id = z.string().regex(/^[a-z0-9-]{1,60}$/, 'an id is 1–60 characters of a–z 0–9 -');

export const NetworkProfile = z.object({
  id: Id,
  name: Name,
  description: z.string().max(300).default(''),
  settings: LinkSettings,
  /** It comes with the program and cannot be changed. */
  isBuiltIn: z.boolean().default(false),
});
export type NetworkProfile = z.infer<typeof NetworkProfile>;

/** Which nodes a step concerns: all, one by id, by its place in the cluster (0 is the first), or one drawn by the seed. */
export const ScenarioTarget = z.union([
  z.object({ nodes: z.literal('all') }),
  z.object({ nodeId: NodeId }),
  z.object({ place: z.number().int().min(0).max(15) }),
  z.object({ nodes: z.literal('random') }),
]);
export type ScenarioTarget = z.infer<typeof ScenarioTarget>;

export const ScenarioAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('profile'), profileId: Id }),
  z.object({ kind: z.literal('link'), change: LinkChangeSchema }),
  /** A profile drawn by the seed out of these. */
  z.object({ kind: z.literal('random-profile'), profileIds: z.array(Id).min(1).max(20) }),
  z.object({ kind: z.literal('normal') }),
  z.object({ kind: z.literal('kill') }),
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('resume') }),
  z.object({ kind: z.literal('stop') }),
  z.object({ kind: z.literal('start') }),
]);
export type ScenarioAction = z.infer<typeof ScenarioAction>;

export const SCENARIO_VERSION = 1;
export const SCENARIO_STEPS_MAX = 200;
export const SCENARIO_SEC_MAX = 3600;

export const ScenarioStep = z.object({ atSec: z.number().min(0).max(SCENARIO_SEC_MAX), target: ScenarioTarget, action: ScenarioAction });
export type ScenarioStep = z.infer<typeof ScenarioStep>;

/** A timed script over links and processes. Links are normal before its first step and after its end. */
export const Scenario = z.object({
  version: z.literal(SCENARIO_VERSION),
  id: Id,
  name: Name,
  description: z.string().max(500).default(''),
  durationSec: z.number().positive().max(SCENARIO_SEC_MAX),
  steps: z.array(ScenarioStep).max(SCENARIO_STEPS_MAX),
  isBuiltIn: z.boolean().default(false),
});
export type Scenario = z.infer<typeof Scenario>;

const MBIT = 1_000_000;
/** Loss and rate hold for both directions unless `upBitsPerSecond` says otherwise; the latency is the added round trip. */
const link = (p: { rttMs: number; jitterMs?: number; down: number | null; up?: number | null; loss?: number; resetShare?: number; isFailed?: boolean }): LinkSettings => {
  const direction = (bitsPerSecond: number | null): LinkChange['toNode'] => ({
    latencyMs: p.rttMs / 2,
    jitterMs: (p.jitterMs ?? 0) / 2,
    bitsPerSecond,
    loss: { model: 'bernoulli', share: p.loss ?? 0 },
  });
  return changeLink(normalLink, {
    toNode: direction(p.up === undefined ? p.down : p.up),
    toClient: direction(p.down),
    resetShare: p.resetShare ?? 0,
    isFailed: p.isFailed ?? false,
  });
};
const builtIn = (id: string, name: string, description: string, settings: LinkSettings): NetworkProfile => ({ id, name, description, settings, isBuiltIn: true });

/** The first seven are V-Stack's own, the others the field's: what browsers' and mobile testers' tools call by these names. */
export const builtInProfiles: readonly NetworkProfile[] = [
  builtIn('normal', 'Normal', '20 ± 5 ms, 50 Mbit/s', link({ rttMs: 20, jitterMs: 5, down: 50 * MBIT })),
  builtIn('high-latency', 'High latency', '150 ± 50 ms, 50 Mbit/s, 5 % loss', link({ rttMs: 150, jitterMs: 50, down: 50 * MBIT, loss: 0.05 })),
  builtIn('low-bandwidth', 'Low bandwidth', '20 ± 5 ms, 10 Mbit/s', link({ rttMs: 20, jitterMs: 5, down: 10 * MBIT })),
  builtIn('packet-loss', 'Packet loss', '30 ± 10 ms, 40 Mbit/s, 15 % loss', link({ rttMs: 30, jitterMs: 10, down: 40 * MBIT, loss: 0.15 })),
  builtIn('node-failure', 'Node failure', 'Refuses and resets connections', link({ rttMs: 0, down: null, isFailed: true })),
  builtIn('degraded', 'Degraded', '100 ± 30 ms, 20 Mbit/s, 10 % loss, 5 % of connections reset', link({ rttMs: 100, jitterMs: 30, down: 20 * MBIT, loss: 0.1, resetShare: 0.05 })),
  builtIn('recovery', 'Recovery', '50 ± 20 ms, 35 Mbit/s, 2 % loss', link({ rttMs: 50, jitterMs: 20, down: 35 * MBIT, loss: 0.02 })),
  builtIn('3g', '3G', '300 ms, 1.6 Mbit/s down, 768 kbit/s up', link({ rttMs: 300, down: 1.6 * MBIT, up: 0.768 * MBIT })),
  builtIn('lte', 'LTE', '70 ms, 12 Mbit/s', link({ rttMs: 70, down: 12 * MBIT })),
  builtIn('dsl', 'DSL', '50 ms, 1.5 Mbit/s down, 384 kbit/s up', link({ rttMs: 50, down: 1.5 * MBIT, up: 0.384 * MBIT })),
  builtIn('cable', 'Cable', '28 ms, 5 Mbit/s down, 1 Mbit/s up', link({ rttMs: 28, down: 5 * MBIT, up: MBIT })),
  builtIn('satellite', 'Satellite', '600 ms, 1 Mbit/s down, 256 kbit/s up', link({ rttMs: 600, down: MBIT, up: 0.256 * MBIT })),
  builtIn('lossy-wifi', 'Lossy Wi-Fi', '40 ms, 30 Mbit/s, 0.2 % loss', link({ rttMs: 40, down: 30 * MBIT, loss: 0.002 })),
  builtIn('5g', '5G', '20 ± 5 ms, 200 Mbit/s down, 50 Mbit/s up', link({ rttMs: 20, jitterMs: 5, down: 200 * MBIT, up: 50 * MBIT })),
];

const all: ScenarioTarget = { nodes: 'all' };
const random: ScenarioTarget = { nodes: 'random' };
const at = (atSec: number, target: ScenarioTarget, action: ScenarioAction): ScenarioStep => ({ atSec, target, action });
const profile = (profileId: string): ScenarioAction => ({ kind: 'profile', profileId });
const script = (id: string, name: string, description: string, durationSec: number, steps: ScenarioStep[]): Scenario => ({ version: SCENARIO_VERSION, id, name, description, durationSec, steps, isBuiltIn: true });
const first: ScenarioTarget = { place: 0 };

/** V-Stack's five. */
export const builtInScenarios: readonly Scenario[] = [
  script('normal-operation', 'Normal operation', 'Every link as an ordinary broadband connection.', 60, [at(0, all, profile('normal'))]),
  script('network-degradation', 'Network degradation', 'One node gets slow in three steps: latency, then rate, then loss.', 90, [
    at(0, all, profile('normal')),
    at(10, first, { kind: 'link', change: { toNode: { latencyMs: 75 }, toClient: { latencyMs: 75 } } }),
    at(30, first, { kind: 'link', change: { toClient: { bitsPerSecond: 5 * MBIT } } }),
    at(50, first, { kind: 'link', change: { toClient: { loss: { model: 'bernoulli', share: 0.1 } } } }),
  ]),
  script('node-failure', 'Node failure', 'One node dies while videos play, and comes back.', 60, [at(0, all, profile('normal')), at(10, first, { kind: 'stop' }), at(40, first, { kind: 'start' })]),
  script('recovery', 'Recovery', 'One node is degraded, recovers, and is normal again.', 60, [
    at(0, all, profile('normal')),
    at(5, first, profile('degraded')),
    at(25, first, profile('recovery')),
    at(45, first, profile('normal')),
  ]),
  script('chaos', 'Chaos test', 'Every few seconds another node gets random conditions.', 90, [
    at(0, all, profile('normal')),
    ...Array.from({ length: 16 }, (_, index) => at(5 + index * 5, random, { kind: 'random-profile' as const, profileIds: ['normal', 'high-latency', 'low-bandwidth', 'packet-loss', 'degraded', 'recovery', 'node-failure'] })),
  ]),
];
