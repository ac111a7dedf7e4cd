/** What can be done with comparisons, their reports and the demo. Failures are told in toasts. */
import { useRouter } from 'vue-router';
import type { ComparisonSummary, ReportFormat } from '../../runtime/contract/comparison.ts';
import type { IconName } from '../components/icons.ts';
import { type ComparisonRequest, useComparisonStore } from '../stores/comparison.ts';
import { useDemoStore } from '../stores/demo.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useConfirmation } from './confirmation.ts';
import { type Task, useTask } from './task.ts';

export const COMPARISON_PATH = '/dashboard/comparison';

export const reportFormats: readonly { format: ReportFormat; label: string; icon: IconName }[] = [
  { format: 'json', label: 'JSON, everything', icon: 'download' },
  { format: 'csv', label: 'CSV, a row for each session', icon: 'table' },
  { format: 'html', label: 'HTML page with charts', icon: 'image' },
  { format: 'markdown', label: 'Markdown', icon: 'lines' },
];

/** What a report is called where it is spoken of. */
export type NamedReport = Pick<ComparisonSummary, 'id' | 'conditionName' | 'blockCount'>;

export interface ComparisonActions {
  start: Task<[ComparisonRequest]>;
  stop: Task<[]>;
  /** Asks first: nothing brings a deleted report back. Resolves with whether it is gone. */
  remove(report: NamedReport): Promise<boolean>;
  exportAs: Task<[string, ReportFormat]>;
  startDemo: Task<[]>;
  stopDemo: Task<[]>;
}

export const useComparisonActions = (): ComparisonActions => {
  const comparison = useComparisonStore();
  const demo = useDemoStore();
  const toasts = useToastStore();
  const confirmation = useConfirmation();
  const router = useRouter();

  const { run: remove } = useTask(
    async ({ id, conditionName }: NamedReport) => {
      await comparison.remove(id);
      toasts.succeed(`The comparison “${conditionName}” was deleted`);
    },
    ({ conditionName }) => `The comparison “${conditionName}” could not be deleted`,
  );

  return {
    start: useTask(async (wish: ComparisonRequest) => {
      await comparison.start(wish);
      await router.push(COMPARISON_PATH);
    }, 'The comparison could not be started'),
    stop: useTask(() => comparison.stop(), 'The comparison could not be ended'),
    remove: async (report) => {
      const isAgreed = await confirmation.ask({
        title: `Delete the comparison “${report.conditionName}”?`,
        text: `Its report of ${report.blockCount === 1 ? 'one block' : `${report.blockCount} blocks`} leaves the disk, and nothing brings it back. Export it first if the figures may be needed.`,
        action: 'Delete report',
      });
      return isAgreed && remove(report);
    },
    exportAs: useTask(async (id: string, format: ReportFormat) => {
      const [{ filename, mediaType, text }, { saveBlob }] = await Promise.all([comparison.exportAs(id, format), import('../charts/save.ts')]);
      saveBlob(new Blob([text], { type: mediaType }), filename);
    }, 'The report could not be exported'),
    startDemo: useTask(async () => {
      await demo.start();
      await router.push(COMPARISON_PATH);
    }, 'The demo could not be started'),
    stopDemo: useTask(() => demo.stop(), 'The demo could not be ended'),
  };
};
