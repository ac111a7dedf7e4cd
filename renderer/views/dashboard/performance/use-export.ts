/** The charts of a group as files. What makes them is loaded when the first is wanted. */
import type { ChartGroup } from '../../../charts/crosshair.ts';
import type { MenuItem } from '../../../components/menu.ts';
import { useTask } from '../../../composables/task.ts';
import { useAnalyticsStore } from '../../../stores/analytics.ts';

const TITLE = 'Performance metrics';

export const useExport = (group: ChartGroup): MenuItem[] => {
  const analytics = useAnalyticsStore();
  const shown = () => group.members().map((member) => ({ content: member.content(), range: member.range() }));
  const exporting = () => import('../../../charts/export.ts');

  const picture = useTask(async (theme: 'dark' | 'light') => {
    const { chartsAsPng, fileNameOf, saveBlob } = await exporting();
    saveBlob(await chartsAsPng(shown(), { title: TITLE, theme }), fileNameOf(`${TITLE} ${theme}`, 'png'));
  }, 'The picture could not be made');
  const figures = useTask(async () => {
    const { chartsAsCsv, fileNameOf, saveBlob } = await exporting();
    saveBlob(new Blob([chartsAsCsv(shown())], { type: 'text/csv' }), fileNameOf(TITLE, 'csv'));
  }, 'The figures could not be exported');
  const everything = useTask(async () => {
    const [{ filename, text }, { saveBlob }] = await Promise.all([analytics.exportCsv(), exporting()]);
    saveBlob(new Blob([text], { type: 'text/csv' }), filename);
  }, 'The measurements could not be exported');

  return [
    { label: 'PNG of these charts, dark', icon: 'image', run: () => void picture.run('dark') },
    { label: 'PNG of these charts, light', icon: 'image', run: () => void picture.run('light') },
    { separator: true },
    { label: 'CSV of what is shown', icon: 'table', run: () => void figures.run() },
    { label: 'CSV of all the host keeps', icon: 'table', run: () => void everything.run() },
  ];
};
