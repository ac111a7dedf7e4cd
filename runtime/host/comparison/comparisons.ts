/**
 * Runs one comparison at a time: chooses the video, draws the plan, lets session after session be played, counts, and saves a report.
 *
 *   start ─▶ preparing ─▶ warming-up ─▶ running ─▶ ended          each block that is complete is counted at once;
 *                 └────────────┴────────────┴────▶ stopped, failed  what is complete is saved, however it ends
 */
import { COMPARISON_VERSION, type ComparisonCondition, type ComparisonPlan, type ComparisonReport } from '../../contract/comparison.ts';
import type { ComparisonStatus, ComparisonWish } from '../../contract/control/comparison.ts';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import type { MachineFingerprint } from '../../contract/fingerprint.ts';
import type { LabOutput } from '../../contract/lab-worker.ts';
import { MINUTE_MS } from '../../contract/units.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { RESAMPLES_DEFAULT } from '../../core/statistics/bootstrap.ts';
import { baseLinkOf, conditionOf, victimLinkOf } from '../../lab/comparison/conditions.ts';
import { planSessions } from '../../lab/comparison/plan.ts';
import { runComparison, type RunState, type SessionRunner } from '../../lab/comparison/run.ts';
import { virtualVideo } from '../../lab/comparison/virtual/video.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { EventHub } from '../event-hub.ts';
import { createThrottle } from '../throttle.ts';
import type { Field } from './field.ts';
import type { LabWorkers } from './lab-worker.ts';
import { createRealRunner } from './real-runner.ts';
import type { ReportStore } from './reports.ts';
import { idle, statusOf, type Progress } from './status.ts';
import type { Turn } from './turn.ts';
import { createVirtualRunner } from './virtual-runner.ts';

/** The whole status is sent at most so often. */
const STATUS_MS_MIN = 250;
/** Enough for a first look; the report takes more. */
const RESAMPLES_LIVE = 400;
const SUMMARIZE_MS_MAX = 2 * MINUTE_MS;
/** A host that closes takes the cluster down anyway; it waits no longer than this for links to be set back. */
const CLOSE_MS_MAX = 1_000;
const SEEDS_COUNT = 2 ** 31;
/** Of the cluster that is simulated where none is looked at. */
const VIRTUAL_NODE_IDS = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'];

export interface ComparisonParts {
  field: Field;
  workers: LabWorkers;
  reports: ReportStore;
  turn: Turn;
  events: EventHub;
  clock: Clock;
  random: Random;
  log: Pick<Logger, 'error' | 'warn'>;
  /** The video to compare on, uploaded first if need be. */
  video(videoId: string | undefined, signal: AbortSignal): Promise<Manifest>;
  /** @throws VStackError not_running */
  metadataUrl(): string;
  machine(): Promise<MachineFingerprint>;
  /** Whether a scenario plays, which would change links meanwhile. */
  isScenarioPlaying(): boolean;
  /** Links are set many times over, and not told each time. */
  mute(isMuted: boolean): void;
}

export interface Comparisons {
  /** Answers at once. @throws VStackError not_found, already_running, not_running, conflict */
  start(wish: ComparisonWish): ComparisonStatus;
  /** Resolves once everything is normal again; nothing running is fine. */
  stop(): Promise<ComparisonStatus>;
  status(): ComparisonStatus;
  close(): Promise<void>;
}

interface Ground {
  manifest: Manifest;
  nodeIds: string[];
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Names the file, so a person should find it: `comparison-20260102-030405-one-slow-node-real`. */
const reportIdOf = (atMs: number, { conditionId, timeMode }: ComparisonPlan): string => {
  const at = new Date(atMs);
  const day = `${at.getUTCFullYear()}${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())}`;
  return `comparison-${day}-${two(at.getUTCHours())}${two(at.getUTCMinutes())}${two(at.getUTCSeconds())}-${conditionId}-${timeMode}`;
};

export const createComparisons = (parts: ComparisonParts): Comparisons => {
  const { field, workers, reports, turn, events, clock, random, log, video, metadataUrl, machine, isScenarioPlaying, mute } = parts;
  let progress: Progress = idle;
  let stopping: AbortController | null = null;
  let finished: Promise<void> = Promise.resolve();

  const changed = createThrottle(clock, STATUS_MS_MIN, () => events.emit('comparison:changed', statusOf(progress)));
  const change = (changes: Partial<Progress>): void => {
    progress = { ...progress, ...changes };
    changed.request();
  };

  const groundFor = async ({ timeMode, videoId }: ComparisonWish, signal: AbortSignal): Promise<Ground> => {
    if (timeMode === 'virtual' && videoId === undefined) return { nodeIds: VIRTUAL_NODE_IDS, manifest: virtualVideo(VIRTUAL_NODE_IDS) };
    const manifest = await video(videoId, signal);
    if (timeMode === 'real') return { manifest, nodeIds: field.nodeIds() };
    return { manifest, nodeIds: [...new Set(manifest.chunks.flatMap(({ urls }) => urls.map(({ node_id: nodeId }) => nodeId)))].sort() };
  };

  const planOf = ({ clients, conditionId, blocks: blockCount, sessionSec, timeMode }: ComparisonWish, seed: number, { manifest }: Ground): ComparisonPlan => ({
    conditionId, clients, blockCount, sessionSec, seed, timeMode,
    videoId: manifest.video_id, videoTitle: manifest.title, videoDurationSec: manifest.duration_sec, videoBytes: manifest.chunks.reduce((sum, { size_bytes: bytes }) => sum + bytes, 0),
  });

  const summarize = async (plan: ComparisonPlan, condition: ComparisonCondition, nodeIds: string[], { sessions, blocksDone }: RunState, resampleCount: number): Promise<LabOutput<'summarize'>> => {
    const request = { condition, clients: plan.clients, nodeIds, sessions: [...sessions], blockCount: blocksDone, plannedBlockCount: plan.blockCount, seed: plan.seed, resampleCount };
    return (await workers.get()).ask('summarize', request, SUMMARIZE_MS_MAX);
  };

  const save = async (plan: ComparisonPlan, condition: ComparisonCondition, { nodeIds, manifest }: Ground, run: RunState): Promise<void> => {
    change({ step: 'Counting what came out.' });
    const figures = await summarize(plan, condition, nodeIds, run, RESAMPLES_DEFAULT);
    const createdAtMs = clock.wallMs();
    const report: ComparisonReport = {
      version: COMPARISON_VERSION, kind: 'comparison', id: reportIdOf(createdAtMs, plan), createdAtMs, timeMode: plan.timeMode, plan, condition,
      links: { base: baseLinkOf(condition), victim: victimLinkOf(condition) },
      nodeIds, machine: await machine(),
      settings: { nodeCount: nodeIds.length, replicaCount: Math.min(...manifest.chunks.map(({ urls }) => urls.length)), chunkCount: manifest.chunks.length, warmUpBlocks: 1, resamples: RESAMPLES_DEFAULT },
      blockCount: run.blocksDone, isComplete: run.blocksDone === plan.blockCount, sessions: [...run.sessions], ...figures,
    };
    await reports.save(report);
    change({ figures, reportId: report.id });
    events.emit('comparison:library', {});
  };

  /** Resolves with how it ended. */
  const go = async (wish: ComparisonWish, condition: ComparisonCondition, signal: AbortSignal): Promise<Partial<Progress>> => {
    const seed = wish.seed ?? Math.floor(random() * SEEDS_COUNT);
    const ground = await groundFor(wish, signal);
    const { nodeIds, manifest } = ground;
    const plan = planOf(wish, seed, ground);
    const { sessionSec } = plan;
    const runner: SessionRunner =
      plan.timeMode === 'virtual'
        ? createVirtualRunner({ workers, condition, sessionSec, nodeIds, manifest })
        : createRealRunner({ field, workers, clock, condition, sessionSec, videoId: plan.videoId, metadataUrl });
    change({ plan });
    const run = await runComparison({
      plan: planSessions({ clients: plan.clients, blockCount: plan.blockCount, seed, condition, nodeIds }),
      runner, clock, signal,
      onChange: (state) => change({ run: state, step: state.step, ...(!signal.aborted && (state.phase === 'warming-up' || state.phase === 'running') && { phase: state.phase }) }),
      async onBlock(state) {
        try {
          change({ figures: await summarize(plan, condition, nodeIds, state, RESAMPLES_LIVE) });
        } catch (error) {
          log.warn({ err: error }, 'the figures of a comparison could not be brought up to date');
        }
      },
    });
    if (run.blocksDone > 0) await save(plan, condition, ground, run);
    const phase = run.phase === 'ended' || run.phase === 'stopped' ? run.phase : 'failed';
    return { phase, problem: run.problem, step: run.blocksDone > 0 ? run.step : 'No block was complete, so nothing was saved.' };
  };

  return {
    status: () => statusOf(progress),
    start(wish) {
      const condition = conditionOf(wish.conditionId);
      if (wish.timeMode === 'real') {
        const nodeIds = field.nodeIds();
        if (condition.fault !== null && nodeIds.length < 2) throw new VStackError('conflict', 'This condition harms one node while others serve; the cluster has one only. Add nodes first.');
        if (isScenarioPlaying()) throw new VStackError('conflict', 'A scenario plays and would change the links meanwhile. Stop it first.');
      }
      const giveBack = turn.take('A comparison');
      const abort = new AbortController();
      stopping = abort;
      progress = { ...idle, phase: 'preparing', condition, startedAtMs: clock.wallMs(), step: wish.timeMode === 'real' ? 'Choosing the video.' : 'Drawing the plan.' };
      changed.request();
      const isReal = wish.timeMode === 'real';
      if (isReal) mute(true);
      finished = go(wish, condition, abort.signal)
        .catch((error: unknown): Partial<Progress> => {
          if (abort.signal.aborted) return { phase: 'stopped', step: 'Stopped.' };
          log.error({ err: error }, 'a comparison failed');
          return { phase: 'failed', step: 'Ended by a failure.', problem: toErrorBody(error).detail };
        })
        .then(async (end) => {
          await workers.stop();
          if (isReal) mute(false);
          stopping = null;
          giveBack();
          // Told last: whoever hears of the end may begin the next one at once.
          change(end);
        });
      return statusOf(progress);
    },
    async stop() {
      if (stopping && !stopping.signal.aborted) {
        change({ phase: 'stopping', step: 'Setting everything back to normal.' });
        stopping.abort(new VStackError('cancelled', 'The comparison was stopped.'));
      }
      await finished;
      return statusOf(progress);
    },
    async close() {
      stopping?.abort(new VStackError('cancelled', 'The program was ended.'));
      const given = new AbortController();
      await Promise.race([finished, sleep(clock, CLOSE_MS_MAX, given.signal).catch(() => {})]); // The abort below, once it is over.
      given.abort();
      changed.cancel();
    },
  };
};
