/** The network between clients and nodes: its links, profiles and scenarios. Times are Unix milliseconds, durations milliseconds. */
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { LinkChange, LinkCounters, LinkSettings } from '../link.ts';
import { NetworkProfile, Scenario, ScenarioStep } from '../network.ts';
import { defineCall } from './call.ts';

const Figure = z.number().nullable();
export const LinkNodes = z.union([z.literal('all'), z.array(NodeId).min(1).max(64)]);
export type LinkNodes = z.infer<typeof LinkNodes>;

export const LinkStatus = z.object({
  nodeId: NodeId,
  /** Where clients reach the node; null before the emulator listened for the first time. */
  url: z.string().nullable(),
  settings: LinkSettings,
  /** The profile whose settings these are, if any. */
  profileId: z.string().nullable(),
  /** Nothing is added. */
  isNormal: z.boolean(),
});
export type LinkStatus = z.infer<typeof LinkStatus>;

export const ScenarioRun = z.object({
  scenario: Scenario,
  seed: z.number().int(),
  startedAtMs: z.number(),
  elapsedSec: z.number(),
  phase: z.enum(['running', 'ended', 'stopped', 'failed']),
  /** What was done so far, with the node that was chosen. */
  done: z.array(ScenarioStep.extend({ nodeIds: z.array(NodeId), atMs: z.number(), problem: z.string().nullable() })),
  problem: z.string().nullable(),
});
export type ScenarioRun = z.infer<typeof ScenarioRun>;

export const NetworkStatus = z.object({
  /** Whether the emulator runs; without it nodes cannot be reached by clients. */
  isReady: z.boolean(),
  links: z.array(LinkStatus),
  /** The one that runs, or the last one. */
  run: ScenarioRun.nullable(),
});
export type NetworkStatus = z.infer<typeof NetworkStatus>;

/** One link, measured: twice a second while any door is subscribed to `network:sample`. */
export const LinkSample = z.object({
  nodeId: NodeId,
  /** A small request from the host through the link and back, without connecting; null: no answer. */
  rttMs: Figure,
  /** Means since the sample before. */
  bitsPerSecondToClient: Figure,
  bitsPerSecondToNode: Figure,
  addedDelayMs: Figure,
  /** Share of the time in which bytes stood still because of loss or partition, 0–1. */
  heldShare: Figure,
  counters: LinkCounters.nullable(),
});
export type LinkSample = z.infer<typeof LinkSample>;
export const NetworkSample = z.object({ atMs: z.number(), links: z.array(LinkSample) });
export type NetworkSample = z.infer<typeof NetworkSample>;

const ProfileWish = NetworkProfile.pick({ name: true, settings: true }).extend({ description: NetworkProfile.shape.description, id: NetworkProfile.shape.id.optional() });

export const networkCalls = {
  'network:show': defineCall({ input: z.object({}), output: NetworkStatus, needs: 'read', summary: 'Every link between clients and nodes, as it is set, and the scenario that runs.' }),
  'network:set': defineCall({
    input: z.object({ nodeIds: LinkNodes, change: LinkChange }),
    output: NetworkStatus,
    needs: 'execute',
    summary: 'Changes links at once, also under open connections; what is not named stays.',
  }),
  'network:apply-profile': defineCall({ input: z.object({ nodeIds: LinkNodes, profileId: z.string() }), output: NetworkStatus, needs: 'execute', summary: 'Sets links to a profile.' }),
  'network:reset': defineCall({
    input: z.object({}),
    output: NetworkStatus,
    needs: 'execute',
    summary: 'Back to normal: ends the scenario, lets every link pass everything at once, resumes paused nodes and starts stopped ones.',
  }),
  'network:profiles': defineCall({ input: z.object({}), output: z.object({ profiles: z.array(NetworkProfile) }), needs: 'read', summary: 'The profiles: built-in ones first, then your own.' }),
  'network:save-profile': defineCall({ input: ProfileWish, output: NetworkProfile, needs: 'write', summary: 'Saves a profile of your own; with an id it replaces that one.' }),
  'network:delete-profile': defineCall({ input: z.object({ profileId: z.string() }), output: z.object({}), needs: 'write', summary: 'Deletes a profile of your own.' }),
  'scenarios:list': defineCall({ input: z.object({}), output: z.object({ scenarios: z.array(Scenario) }), needs: 'read', summary: 'The scenarios: built-in ones first, then your own.' }),
  'scenarios:save': defineCall({
    input: Scenario.omit({ isBuiltIn: true, id: true }).extend({ id: Scenario.shape.id.optional() }),
    output: Scenario,
    needs: 'write',
    summary: 'Saves a scenario of your own; with an id it replaces that one.',
  }),
  'scenarios:delete': defineCall({ input: z.object({ scenarioId: z.string() }), output: z.object({}), needs: 'write', summary: 'Deletes a scenario of your own.' }),
  'scenarios:run': defineCall({
    input: z.object({ scenarioId: z.string(), seed: z.number().int().min(0).max(2 ** 31).optional() }),
    output: NetworkStatus,
    needs: 'execute',
    summary: 'Plays a scenario against the running cluster; a seed makes its choices repeatable.',
  }),
  'scenarios:stop': defineCall({ input: z.object({}), output: NetworkStatus, needs: 'execute', summary: 'Ends the scenario and sets everything back to normal.' }),
} as const;

export const networkEvents = {
  /** After any change, and every second while a scenario runs. */
  'network:changed': NetworkStatus,
  'network:sample': NetworkSample,
  /** The profiles or scenarios that are saved changed. */
  'network:library': z.object({}),
} as const;
