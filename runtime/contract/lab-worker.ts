/**
 * What the host asks of the lab worker over IPC. The worker plays and simulates single sessions and counts what came out, so that the host does no
 * heavy work; it sets no link and stops no node: that is the host's part.
 *
 *   host                                              lab worker
 *     │── play {session, …} ───────────────────────────▶│  one at a time
 *     │◀── session-started ─────────────────────────────│  the play command: times of faults count from here
 *     │◀── session-progress, session-report … ──────────│
 *     │── fault {links} ───────────────────────────────▶│  it has just been done
 *     │◀── reply: the session, at its end ──────────────│
 */
import { z } from 'zod';
import { ComparedClient, ComparisonCondition, ComparisonReport, ComparisonSession } from './comparison.ts';
import { SecretHex } from './child-config.ts';
import { SessionProgress } from './control/comparison.ts';
import { PlaybackReport } from './control/playback.ts';
import { NodeId, VideoId } from './ids.ts';
import { LinkSettings } from './link.ts';
import { Manifest } from './wire/metadata.ts';

export const LabWorkerConfig = z.object({
  /** Opens the metadata service; null where only virtual time is wanted. */
  clusterSecret: SecretHex.nullable(),
});
export type LabWorkerConfig = z.infer<typeof LabWorkerConfig>;

/** A session as it was drawn before anything ran. */
export const PlannedSession = ComparisonSession.pick({ block: true, place: true, client: true, seed: true, victimId: true }).extend({
  /** In ms after the play command; 0: before it. Null: no fault. */
  faultAtMs: z.number().nullable(),
});
export type PlannedSession = z.infer<typeof PlannedSession>;

/** The links as they are, for the oracle; what does not run is not reachable. */
export const TrueLinks = z.array(z.object({ nodeId: NodeId, settings: LinkSettings, isRunning: z.boolean() }));
export type TrueLinks = z.infer<typeof TrueLinks>;

/** What the sessions of one comparison share. */
const Setting = z.object({ condition: ComparisonCondition, sessionSec: z.number().positive() });

export const labCalls = {
  play: {
    input: Setting.extend({
      session: PlannedSession,
      videoId: VideoId,
      metadataUrl: z.url({ protocol: /^https?$/ }),
      links: TrueLinks,
      /** Under this id it reports as a player does, for the dashboard; null: it does not. */
      reportAs: z.string().nullable(),
    }),
    output: ComparisonSession,
  },
  /** The fault of the session that plays has just come. */
  fault: { input: z.object({ links: TrueLinks }), output: z.object({}) },
  /** The links have changed without a fault. */
  links: { input: z.object({ links: TrueLinks }), output: z.object({}) },
  /** Ends the session that plays; `play` answers with what there is. */
  stop: { input: z.object({}), output: z.object({}) },
  simulate: {
    input: Setting.extend({ session: PlannedSession, nodeIds: z.array(NodeId).min(1), manifest: Manifest }),
    output: ComparisonSession,
  },
  summarize: {
    input: z.object({
      condition: ComparisonCondition,
      clients: z.array(ComparedClient),
      nodeIds: z.array(NodeId),
      sessions: z.array(ComparisonSession),
      blockCount: z.number().int(),
      plannedBlockCount: z.number().int(),
      seed: z.number().int(),
      resampleCount: z.number().int(),
    }),
    output: ComparisonReport.pick({ clients: true, pairs: true, improvement: true, failOver: true, targets: true, verdict: true }),
  },
} as const;
export type LabCall = keyof typeof labCalls;
export type LabInput<C extends LabCall> = z.input<(typeof labCalls)[C]['input']>;
export type LabOutput<C extends LabCall> = z.output<(typeof labCalls)[C]['output']>;

export const SESSION_STARTED = 'session-started';
export const SESSION_PROGRESS = 'session-progress';
export const SESSION_REPORT = 'session-report';
export const labEvents = { [SESSION_STARTED]: z.object({}), [SESSION_PROGRESS]: SessionProgress, [SESSION_REPORT]: PlaybackReport } as const;
