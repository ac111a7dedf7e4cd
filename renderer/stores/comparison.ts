/**
 * Smart vs naive: the comparison that runs or ran last, the saved reports, and the one that is looked at. A status is long and comes every second,
 * so events come only while somebody follows.
 *
 *   status      how it goes; null until the host was asked
 *   reports     the saved ones in short, youngest first
 *   report      the one that was opened last
 *   follow      returns a function that ends it
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ComparedClient, ComparisonCondition, ComparisonReport, ComparisonSummary, ReportFormat } from '../../runtime/contract/comparison.ts';
import type { ComparisonStatus, ComparisonWish } from '../../runtime/contract/control/comparison.ts';
import type { CallInput } from '../../runtime/contract/control/index.ts';
import { useBridge } from '../bridge/bridge.ts';
import { createFollowers } from './followers.ts';
import { whileVisible } from './while-visible.ts';

export type ComparisonRequest = CallInput<'comparison:start'>;
export interface ClientText {
  id: ComparedClient;
  name: string;
  description: string;
}

const RUNNING_PHASES: readonly ComparisonStatus['phase'][] = ['preparing', 'warming-up', 'running', 'stopping'];
/** As many as the host gives at most. */
const REPORTS_MAX = 200;

export const isRunningPhase = (phase: ComparisonStatus['phase'] | undefined): boolean => phase !== undefined && RUNNING_PHASES.includes(phase);

/** What to ask for to have the same once more, another seed's luck included. */
export const wishOf = ({ conditionId, clients, blockCount, sessionSec, seed, timeMode, videoId }: NonNullable<ComparisonStatus['plan']>): ComparisonWish => ({
  conditionId, clients, blocks: blockCount, sessionSec, seed, timeMode,
  // In virtual time the video is a model, which cannot be asked for by its id.
  ...(timeMode === 'real' && { videoId }),
});

export const useComparisonStore = defineStore('comparison', () => {
  const status = shallowRef<ComparisonStatus | null>(null);
  const conditions = shallowRef<readonly ComparisonCondition[]>([]);
  const clientTexts = shallowRef<readonly ClientText[]>([]);
  const reports = shallowRef<readonly ComparisonSummary[]>([]);
  /** Whether reports and status were told since the host was last (re)connected: an unknown list is not an empty one. */
  const isKnown = shallowRef(false);
  const problem = shallowRef<unknown>(null);
  const report = shallowRef<ComparisonReport | null>(null);
  /** The id of the report that is asked for, and why it could not be had. */
  const openingId = shallowRef<string | null>(null);
  const openingProblem = shallowRef<unknown>(null);

  const isRunning = computed(() => isRunningPhase(status.value?.phase));

  const apply = (next: ComparisonStatus): void => {
    status.value = next;
  };
  const readReports = async (): Promise<void> => {
    reports.value = (await useBridge().call('comparison:reports', { limit: REPORTS_MAX })).reports;
  };
  /** @throws VStackError */
  const hydrate = async (): Promise<void> => {
    try {
      const bridge = useBridge();
      const [nextStatus, known] = await Promise.all([bridge.call('comparison:status', {}), bridge.call('comparison:conditions', {}), readReports()]);
      apply(nextStatus);
      conditions.value = known.conditions;
      clientTexts.value = known.clients;
      isKnown.value = true;
      problem.value = null;
    } catch (error) {
      problem.value = error;
      throw error;
    }
  };
  /** A report that is gone, or one that is new: the list is asked for anew. The next change asks again if this fails. */
  const applyLibrary = (): void => void readReports().catch(() => undefined);

  /** Returns what ends it. */
  const enter = (): (() => void) => {
    const bridge = useBridge();
    const ask = (): void => void hydrate().catch(() => undefined);
    const stops = [bridge.on('comparison:changed', apply), bridge.on('comparison:library', applyLibrary), bridge.onState(({ phase }) => phase === 'open' && ask())];
    ask();
    return () => stops.forEach((stop) => stop());
  };

  /** Opens a report; the one asked for last is the one that is shown, whatever order the answers come in. */
  const open = async (id: string): Promise<void> => {
    if (report.value?.id === id && openingId.value === null) return;
    openingId.value = id;
    openingProblem.value = null;
    try {
      const next = await useBridge().call('comparison:report', { id });
      if (openingId.value !== id) return;
      report.value = next;
      openingId.value = null;
    } catch (error) {
      if (openingId.value !== id) return;
      openingProblem.value = error;
      openingId.value = null;
      report.value = null;
    }
  };

  return {
    status,
    conditions,
    clientTexts,
    reports,
    isKnown,
    problem,
    report,
    openingId,
    openingProblem,
    isRunning,
    apply,
    applyLibrary,
    hydrate,
    open,
    follow: createFollowers(() => whileVisible(enter)),
    /** Forgets what another host has told. */
    reset: (): void => {
      status.value = null;
      conditions.value = [];
      clientTexts.value = [];
      reports.value = [];
      isKnown.value = false;
      problem.value = null;
      report.value = null;
      openingId.value = null;
      openingProblem.value = null;
    },
    /** Answers once it has begun. @throws VStackError */
    start: async (wish: ComparisonRequest): Promise<void> => apply(await useBridge().call('comparison:start', wish)),
    /** Ends it; the blocks that are complete are saved. @throws VStackError */
    stop: async (): Promise<void> => apply(await useBridge().call('comparison:stop', {})),
    /** Deletes a report for good. @throws VStackError */
    remove: async (id: string): Promise<void> => {
      await useBridge().call('comparison:delete-report', { id });
      reports.value = reports.value.filter((other) => other.id !== id);
      if (report.value?.id === id) report.value = null;
      // What ended last is not shown once more.
      if (status.value?.reportId === id) status.value = { ...status.value, reportId: null };
    },
    /** @throws VStackError */
    exportAs: (id: string, format: ReportFormat): Promise<{ filename: string; mediaType: string; text: string }> => useBridge().call('comparison:export', { id, format }),
  };
});
