/** What is told of a comparison while it runs, and after. */
import type { ComparisonCondition, ComparisonPlan, ComparisonSession } from '../../contract/comparison.ts';
import { POINT_BLOCKS_MAX, type ComparisonStatus, type SessionPoint } from '../../contract/control/comparison.ts';
import type { LabOutput } from '../../contract/lab-worker.ts';
import type { RunState } from '../../lab/comparison/run.ts';

export interface Progress {
  phase: ComparisonStatus['phase'];
  plan: ComparisonPlan | null;
  condition: ComparisonCondition | null;
  startedAtMs: number | null;
  /** Before and after the sessions run; while they do, the run tells it. */
  step: string;
  run: RunState | null;
  /** Of the complete blocks, as they were counted last. */
  figures: Pick<LabOutput<'summarize'>, 'clients' | 'pairs' | 'improvement'> | null;
  reportId: string | null;
  problem: string | null;
}

export const idle: Progress = { phase: 'idle', plan: null, condition: null, startedAtMs: null, step: 'Nothing is being compared.', run: null, figures: null, reportId: null, problem: null };

const pointOf = ({ block, client, outcome, startupMs, isStarted, rebufferingShare, throughputBitsPerSecond, bufferSecP5 }: ComparisonSession): SessionPoint => ({
  block, client, outcome, startupMs, isStarted, rebufferingShare, throughputBitsPerSecond, bufferSecP5,
});

export const statusOf = ({ phase, plan, condition, startedAtMs, step, run, figures, reportId, problem }: Progress): ComparisonStatus => {
  const sessions = run?.sessions.filter(({ block }) => block >= 0 && block < run.blocksDone) ?? [];
  return {
    phase, plan, condition, startedAtMs, step,
    block: run?.block ?? -1,
    sessionsDone: run?.sessionsDone ?? 0,
    sessionCount: run?.sessionCount ?? 0,
    elapsedSec: run?.elapsedSec ?? 0,
    remainingSec: run?.remainingSec ?? null,
    session: run?.session ?? null,
    clients: figures?.clients ?? [],
    pairs: figures?.pairs ?? [],
    improvement: figures?.improvement ?? null,
    points: sessions.filter(({ block }) => block >= (run?.blocksDone ?? 0) - POINT_BLOCKS_MAX).map(pointOf),
    failedSessionCount: sessions.filter(({ outcome }) => outcome === 'failed').length,
    reportId, problem,
  };
};
