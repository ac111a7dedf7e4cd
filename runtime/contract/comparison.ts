/**
 * Smart vs naive: what is compared, under which condition, and the report of a comparison. Reports are saved as JSON with a version; times of
 * day are Unix milliseconds, durations milliseconds unless a name says seconds, shares 0–1.
 *
 *   comparison   blocks of sessions; each block has one session of every client, one after the other, in an order that changes from block
 *                to block, under the same condition, with the same video, seed and victim
 *   session      one client plays the video from its start for a stated time; nothing is drawn, everything is downloaded
 *   pair         the sessions of two clients in the same block: what all statistics are made of
 */
import { z } from 'zod';
import { CLIENT_KINDS } from './client-kind.ts';
import { MachineFingerprint } from './fingerprint.ts';
import { NodeId, VideoId } from './ids.ts';
import { LinkChange, LinkSettings } from './link.ts';

const Figure = z.number().nullable();
const Count = z.number().int().nonnegative();
const Seed = z.number().int().min(0).max(2 ** 31 - 1);

/* What is compared */

/** What each of them does: runtime/contract/client-kind.ts. */
export const ComparedClient = z.enum(CLIENT_KINDS);
export type ComparedClient = z.infer<typeof ComparedClient>;

/**
 * `real`     real processes, real sockets, real time: the figures hold for this machine.
 * `virtual`  the same client cores and the same link model in a discrete-event simulation: no process, no socket, no clock. Says so wherever shown.
 */
export const TimeMode = z.enum(['real', 'virtual']);
export type TimeMode = z.infer<typeof TimeMode>;

export const FaultAction = z.discriminatedUnion('kind', [
  /** The victim's link takes a profile. */
  z.object({ kind: z.literal('profile'), profileId: z.string() }),
  /** The victim's link is changed, and stays otherwise as the condition has it. */
  z.object({ kind: z.literal('link'), change: LinkChange }),
  /** The victim's process is killed (SIGKILL), and started again after the session. */
  z.object({ kind: z.literal('kill') }),
  /** The victim's process stands still (SIGSTOP) until the session has ended. */
  z.object({ kind: z.literal('pause') }),
]);
export type FaultAction = z.infer<typeof FaultAction>;

export const ComparisonCondition = z.object({
  id: z.string(),
  name: z.string(),
  /** One sentence: what the network is like. */
  description: z.string(),
  /** Of every link, from before each session to its end. */
  profileId: z.string(),
  /** What befalls one node, the victim, which is another one in each block; null: nothing. */
  fault: z
    .object({
      action: FaultAction,
      /**
       * When, in seconds after the play command; drawn once a block, evenly between the two, so that all clients of a block meet it at the same
       * time. 0 and 0: before the play command.
       */
      fromSec: z.number().nonnegative(),
      toSec: z.number().nonnegative(),
    })
    .nullable(),
  /** One of the two that the published figures rest on. */
  isMain: z.boolean(),
});
export type ComparisonCondition = z.infer<typeof ComparisonCondition>;

export const BLOCKS_MAX = 500;
export const BLOCKS_DEFAULT = 5;
export const SESSION_SEC_DEFAULT = 15;
export const SESSION_SEC_MAX = 600;

/** What was asked for, defaults filled in. */
export const ComparisonPlan = z.object({
  conditionId: z.string(),
  clients: z.array(ComparedClient).min(2),
  /** Counted blocks; a warm-up block before them is not. */
  blockCount: Count,
  sessionSec: z.number(),
  /** Everything that is drawn follows from it: the order, the times of faults, the seeds of sessions and links. */
  seed: Seed,
  timeMode: TimeMode,
  /** The video that plays. */
  videoId: VideoId,
  videoTitle: z.string(),
  videoDurationSec: z.number(),
  videoBytes: z.number(),
});
export type ComparisonPlan = z.infer<typeof ComparisonPlan>;

/* One session */

export const ComparisonSession = z.object({
  /** From 0; the warm-up block is −1. */
  block: z.number().int().min(-1),
  /** Its place in the block, from 0. */
  place: Count,
  client: ComparedClient,
  seed: Seed,
  victimId: NodeId.nullable(),
  /** When the fault came, in ms after the play command, as it was done; 0: before it. Null: none was planned, or the session ended before. */
  faultAtMs: Figure,
  startedAtMs: z.number(),
  /** From the play command to the end of the session. */
  tookMs: z.number(),
  /** `failed`: the client gave up, or could not be run. It counts as what it measured until then, the time that was left as standing still. */
  outcome: z.enum(['completed', 'failed']),
  problem: z.string().nullable(),

  /** From the play command until playback begins (10 s buffered). */
  startupMs: z.number(),
  /** False: it never began, and `startupMs` is the length of the session, a lower bound. */
  isStarted: z.boolean(),
  /** Times the picture stood still after it had begun, and for how long. */
  stallCount: Count,
  stalledMs: z.number(),
  playedMs: z.number(),
  /** stalledMs / (stalledMs + playedMs); null if it never began. */
  rebufferingShare: Figure,
  /** Useful bytes over the time in which a download was active. */
  throughputBitsPerSecond: Figure,
  /** Of the buffered seconds, once playback began, looked at four times a second: what they did not fall below in 95 % of the time. */
  bufferSecP5: Figure,
  bufferSecMean: Figure,
  /** Share of that time with less than 15 s buffered, though the video had more to give. */
  bufferLowShare: Figure,
  /** From asking for a chunk to having it verified, fail-over and hedges included; each chunk that arrived. */
  chunkMs: z.array(z.number()),
  /** Bytes that were used, and bytes that were downloaded but not: hedges that lost, answers that were wrong or thrown away. */
  deliveredBytes: z.number(),
  wastedBytes: z.number(),
  /** The same two, of what came while at least 15 s were buffered. */
  steadyDeliveredBytes: z.number(),
  steadyWastedBytes: z.number(),
  requestCount: Count,
  failedRequestCount: Count,
  hedgeCount: Count,
  /** Useful bytes by node. */
  load: z.array(z.object({ nodeId: NodeId, bytes: z.number() })),
  /**
   * Where the fault cuts the victim off and requests were open there when it came: until the bytes that these owed had all begun to come from
   * other nodes; the time to the end of the session if they never did. Null: nothing was open, or the fault is none that cuts off.
   */
  failOverMs: Figure,
  /** Buffered when the fault came, and how often the picture stood still after it; null without a fault inside the session. */
  bufferSecAtFault: Figure,
  stallCountAfterFault: z.number().int().nonnegative().nullable(),
});
export type ComparisonSession = z.infer<typeof ComparisonSession>;

/* Statistics */

/**
 * `start-up`         mean of startupMs
 * `rebuffering`      stalledMs of all sessions over all their time after the start
 * `stalls`           mean of stallCount
 * `throughput`       mean of throughputBitsPerSecond
 * `buffer-p5`        mean of bufferSecP5
 * `buffer-low`       mean of bufferLowShare
 * `chunk-p99`        99th percentile of the chunkMs of all sessions together
 * `extra-bytes`      wastedBytes of all sessions over their deliveredBytes
 * `load-deviation`   standard deviation of the bytes that each node gave in all sessions over their mean
 */
export const ComparisonMetric = z.enum(['start-up', 'rebuffering', 'stalls', 'throughput', 'buffer-p5', 'buffer-low', 'chunk-p99', 'extra-bytes', 'load-deviation']);
export type ComparisonMetric = z.infer<typeof ComparisonMetric>;

export { BLOCKS_FOR_INDICATION, BLOCKS_FOR_VERDICT, comparisonMetrics, type MetricFacts } from './comparison-metrics.ts';

/** A value with its 95 % interval; the interval is null where the sample carries none. */
export const Estimate = z.object({ value: Figure, low: Figure, high: Figure });
export type Estimate = z.infer<typeof Estimate>;

/** One metric of one client over all counted blocks. */
export const ClientFigure = z.object({
  client: ComparedClient,
  metric: ComparisonMetric,
  /** Sessions that had a value. */
  n: Count,
  /** As the metric says; the interval is a bootstrap over blocks. */
  estimate: Estimate,
  /** Of the single sessions' values; null for metrics of all sessions together that a single one does not have. */
  median: Figure,
  p95: Figure,
  max: Figure,
});
export type ClientFigure = z.infer<typeof ClientFigure>;

/** One metric of two clients, by blocks. Ratios are `client` over `against`: below 1 the client's is the smaller. */
export const PairFigure = z.object({
  metric: ComparisonMetric,
  client: ComparedClient,
  against: ComparedClient,
  /** Blocks in which both have a value. */
  n: Count,
  clientValue: Figure,
  againstValue: Figure,
  /** Quotient of the two values, with a paired bootstrap interval; null where the second is 0. */
  ratio: Estimate,
  /** Median over blocks of the quotient in each block, with its bootstrap interval; blocks in which the second is 0 have none. */
  medianRatio: Estimate,
  /** Difference of the two values, client − against, in the metric's unit: also where a ratio does not exist. */
  difference: Estimate,
  /** How much better, in percent of `against`: positive is better whichever way the metric points. Null where the second is 0. */
  improvementPercent: Estimate,
  /** Blocks in which the client was better, was worse, and was the same. */
  winCount: Count,
  lossCount: Count,
  tieCount: Count,
  /** Wilcoxon's signed-rank test over the blocks, two-sided; null when there is no difference to rank. */
  p: Figure,
  pMethod: z.enum(['exact', 'normal']).nullable(),
  /**
   * `better`, `worse`: the interval of the difference excludes 0, over five blocks at least. `even`: both are the same in every block. `unclear`:
   * the sample does not tell.
   */
  verdict: z.enum(['better', 'worse', 'even', 'unclear']),
  /** The verdict in words, with figures, interval, p and n; it says "indicative" below 30 blocks. */
  text: z.string(),
});
export type PairFigure = z.infer<typeof PairFigure>;

/** What this project aims at under a condition, and whether it was reached. */
export const ComparisonTarget = z.object({
  id: z.string(),
  /** `Start-up against naive`. */
  name: z.string(),
  /** In words: `≤ 0.5×`. */
  target: z.string(),
  measured: Estimate,
  unit: z.enum(['ratio', 'share', 'ms', 'count']),
  n: Count,
  /** By the measured value alone; null: this sample cannot tell, and `note` says why. */
  isMet: z.boolean().nullable(),
  note: z.string().nullable(),
});
export type ComparisonTarget = z.infer<typeof ComparisonTarget>;

/** As V-Stack's tab has it: how much better smart is than naive. Taken from the pairs. */
export const ImprovementSummary = z.object({
  client: ComparedClient,
  against: ComparedClient,
  n: Count,
  isIndicative: z.boolean(),
  rows: z.array(
    z.object({
      /** Buffer health is `buffer-p5`. */
      metric: z.enum(['start-up', 'rebuffering', 'throughput', 'buffer-p5']),
      clientValue: Figure,
      againstValue: Figure,
      improvementPercent: Estimate,
      p: Figure,
    }),
  ),
});
export type ImprovementSummary = z.infer<typeof ImprovementSummary>;

/* The report */

export const COMPARISON_VERSION = 1;

export const ComparisonReport = z.object({
  version: z.literal(COMPARISON_VERSION),
  kind: z.literal('comparison'),
  /** Names its file too. */
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  createdAtMs: z.number(),
  timeMode: TimeMode,
  plan: ComparisonPlan,
  condition: ComparisonCondition,
  /** The links as they were set for each session: all of them, and the victim's once the fault had come where that is a matter of the link. */
  links: z.object({ base: LinkSettings, victim: LinkSettings.nullable() }),
  nodeIds: z.array(NodeId),
  machine: MachineFingerprint,
  /** What else could differ: replicas of the video, cooling down between sessions, and so on, by name. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Blocks that are complete; fewer than planned when it was stopped. */
  blockCount: Count,
  isComplete: z.boolean(),
  /** In the order in which they ran, the warm-up block included. */
  sessions: z.array(ComparisonSession),
  clients: z.array(ClientFigure),
  /** Smart against each of the others; where smart was not compared, the first client. */
  pairs: z.array(PairFigure),
  improvement: ImprovementSummary.nullable(),
  /** Until the bytes of a chunk came from elsewhere, of all sessions of a client; only for conditions with a fault inside the session. */
  failOver: z.array(z.object({ client: ComparedClient, n: Count, p50Ms: Figure, p99Ms: Figure, maxMs: Figure })),
  targets: z.array(ComparisonTarget),
  /** In words, most important first: `better` and `worse` told alike, failed sessions, an early end. */
  verdict: z.array(z.object({ tone: z.enum(['better', 'worse', 'even', 'unclear', 'note']), text: z.string() })),
});
export type ComparisonReport = z.infer<typeof ComparisonReport>;

/** For a list: all but what is long. */
export const ComparisonSummary = ComparisonReport.pick({ id: true, createdAtMs: true, timeMode: true, plan: true, blockCount: true, isComplete: true, improvement: true, verdict: true }).extend({
  conditionName: z.string(),
  targetCount: Count,
  missedCount: Count,
  sizeBytes: z.number(),
});
export type ComparisonSummary = z.infer<typeof ComparisonSummary>;

export const ReportFormat = z.enum(['json', 'csv', 'html', 'markdown']);
export type ReportFormat = z.infer<typeof ReportFormat>;
