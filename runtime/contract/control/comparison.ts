/** Smart vs naive, as it runs and as it was measured; and the demo. What the figures mean stands in runtime/contract/comparison.ts. */
import { z } from 'zod';
import {
  BLOCKS_DEFAULT, BLOCKS_MAX, ClientFigure, ComparedClient, ComparisonCondition, ComparisonPlan, ComparisonReport, ComparisonSession, ComparisonSummary,
  ImprovementSummary, PairFigure, ReportFormat, SESSION_SEC_DEFAULT, SESSION_SEC_MAX, TimeMode,
} from '../comparison.ts';
import { CLIENT_KINDS } from '../client-kind.ts';
import { NodeId, VideoId } from '../ids.ts';
import { defineCall } from './call.ts';
import { PlaybackPhase } from './playback.ts';

const Figure = z.number().nullable();
const Count = z.number().int().nonnegative();
const ReportId = ComparisonReport.shape.id;

export const ComparisonWish = z.object({
  conditionId: z.string().max(60),
  clients: z
    .array(ComparedClient)
    .min(2, 'a comparison needs two clients at least')
    .refine((clients) => new Set(clients).size === clients.length, 'each client is named once')
    .default([...CLIENT_KINDS]),
  blocks: z.number().int().min(1).max(BLOCKS_MAX).default(BLOCKS_DEFAULT),
  sessionSec: z.number().int().min(2).max(SESSION_SEC_MAX).default(SESSION_SEC_DEFAULT),
  /** @default drawn, and told in the plan */
  seed: ComparisonPlan.shape.seed.optional(),
  timeMode: TimeMode.default('real'),
  /** @default the sample video, which is uploaded if the cluster does not hold it; in virtual time a model of it */
  videoId: VideoId.optional(),
});
export type ComparisonWish = z.infer<typeof ComparisonWish>;

/** The session that runs now, about once a second. In virtual time sessions are over before anybody could look: null. */
export const SessionProgress = z.object({
  client: ComparedClient,
  /** Its place in the block, from 0. */
  place: Count,
  victimId: NodeId.nullable(),
  /** Whether the fault has come. */
  isFaulty: z.boolean(),
  elapsedSec: z.number(),
  phase: PlaybackPhase,
  bufferSec: z.number(),
  stallCount: Count,
  /** Null until playback has begun. */
  startupMs: Figure,
});
export type SessionProgress = z.infer<typeof SessionProgress>;

/** What a chart of single sessions shows. */
export const SessionPoint = ComparisonSession.pick({ block: true, client: true, outcome: true, startupMs: true, isStarted: true, rebufferingShare: true, throughputBitsPerSecond: true, bufferSecP5: true });
export type SessionPoint = z.infer<typeof SessionPoint>;

/** Blocks that `points` of a status go back. */
export const POINT_BLOCKS_MAX = 60;

export const ComparisonStatus = z.object({
  /**
   * idle ─▶ preparing ─▶ warming-up ─▶ running ─▶ ended
   *              └────────────┴────────────┴──▶ stopping ─▶ stopped · failed
   *
   * `stopped` by a person, `failed` because it could not go on; both save what was complete. What follows an end is the next `preparing`.
   */
  phase: z.enum(['idle', 'preparing', 'warming-up', 'running', 'stopping', 'ended', 'stopped', 'failed']),
  /** Null while idle. */
  plan: ComparisonPlan.nullable(),
  condition: ComparisonCondition.nullable(),
  startedAtMs: Figure,
  /** In words, what is being done: `Block 3 of 30: naive`, `Waiting until the links are quiet`. */
  step: z.string(),
  /** The block that runs, from 0; −1 while warming up. */
  block: z.number().int().min(-1),
  sessionsDone: Count,
  /** The warm-up block included. */
  sessionCount: Count,
  elapsedSec: z.number(),
  /** Expected; null before the first session has ended. */
  remainingSec: Figure,
  session: SessionProgress.nullable(),
  /** Of the complete blocks so far: the same as in the report, with fewer bootstrap samples. Empty before the first. */
  clients: z.array(ClientFigure),
  pairs: z.array(PairFigure),
  improvement: ImprovementSummary.nullable(),
  /** The sessions of the latest complete blocks in short, oldest first: for charts that grow. */
  points: z.array(SessionPoint),
  failedSessionCount: Count,
  /** Once it is saved. */
  reportId: z.string().nullable(),
  problem: z.string().nullable(),
});
export type ComparisonStatus = z.infer<typeof ComparisonStatus>;

/** One session of the demo. */
export const DemoRow = z.object({
  scenarioId: z.string(),
  scenarioName: z.string(),
  client: ComparedClient,
  phase: z.enum(['waiting', 'running', 'done', 'failed']),
  startupMs: Figure,
  stallCount: Count,
  stalledMs: z.number(),
  rebufferingShare: Figure,
  throughputBitsPerSecond: Figure,
  bufferSecP5: Figure,
  problem: z.string().nullable(),
});
export type DemoRow = z.infer<typeof DemoRow>;

export const DemoStatus = z.object({
  phase: z.enum(['idle', 'preparing', 'running', 'stopping', 'ended', 'stopped', 'failed']),
  /** In words, what is being shown. */
  step: z.string(),
  startedAtMs: Figure,
  elapsedSec: z.number(),
  /** All of it, as planned: below five minutes. */
  totalSec: z.number(),
  /** Every session of the demo, in order; empty while idle. */
  rows: z.array(DemoRow),
  problem: z.string().nullable(),
});
export type DemoStatus = z.infer<typeof DemoStatus>;

export const comparisonCalls = {
  'comparison:conditions': defineCall({
    input: z.object({}),
    output: z.object({ conditions: z.array(ComparisonCondition), clients: z.array(z.object({ id: ComparedClient, name: z.string(), description: z.string() })) }),
    needs: 'read',
    summary: 'Under which conditions clients can be compared, and which clients there are.',
  }),
  'comparison:start': defineCall({
    input: ComparisonWish,
    output: ComparisonStatus,
    needs: 'execute',
    summary: 'Compares clients in blocks of sessions; the network is normal before and after. Answers at once, events tell how it goes.',
  }),
  'comparison:stop': defineCall({
    input: z.object({}),
    output: ComparisonStatus,
    needs: 'execute',
    summary: 'Ends the comparison, sets the network back to normal and saves the blocks that are complete.',
  }),
  'comparison:status': defineCall({ input: z.object({}), output: ComparisonStatus, needs: 'read', summary: 'How the comparison goes, or how the last one ended.' }),
  'comparison:reports': defineCall({
    input: z.object({ limit: z.number().int().min(1).max(200).default(50) }),
    output: z.object({ reports: z.array(ComparisonSummary) }),
    needs: 'read',
    summary: 'The saved comparisons, youngest first.',
  }),
  'comparison:report': defineCall({ input: z.object({ id: ReportId }), output: ComparisonReport, needs: 'read', summary: 'A saved comparison with all its sessions.' }),
  'comparison:delete-report': defineCall({ input: z.object({ id: ReportId }), output: z.object({}), needs: 'write', summary: 'Deletes a saved comparison.' }),
  'comparison:export': defineCall({
    input: z.object({ id: ReportId, format: ReportFormat }),
    output: z.object({ filename: z.string(), mediaType: z.string(), text: z.string() }),
    needs: 'read',
    summary: 'A saved comparison as JSON, CSV (one row for each session), Markdown, or an HTML page with charts that needs nothing else.',
  }),
  'demo:start': defineCall({
    input: z.object({ videoId: VideoId.optional() }),
    output: DemoStatus,
    needs: 'execute',
    summary: 'Plays the five built-in scenarios in turn with the naive and the smart client, in less than five minutes; the dashboard follows.',
  }),
  'demo:stop': defineCall({ input: z.object({}), output: DemoStatus, needs: 'execute', summary: 'Ends the demo and sets the network back to normal.' }),
  'demo:status': defineCall({ input: z.object({}), output: DemoStatus, needs: 'read', summary: 'How the demo goes, or how the last one ended.' }),
} as const;

export const comparisonEvents = {
  /** After every step, and once a second while a session runs. */
  'comparison:changed': ComparisonStatus,
  /** A report was saved or deleted. */
  'comparison:library': z.object({}),
  'demo:changed': DemoStatus,
} as const;
