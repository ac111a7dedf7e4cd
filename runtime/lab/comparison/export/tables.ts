/** The tables of a report, as text cells: Markdown and HTML show the same ones. */
import { comparisonMetrics, type ComparisonReport } from '../../../contract/comparison.ts';
import { allMetrics } from '../metrics.ts';
import { formatInterval, formatMetric, formatP, formatValue, nameOf } from '../words.ts';

export interface Table {
  title: string;
  /** Below the title, where something has to be said first. */
  note?: string;
  columns: { name: string; isNumber: boolean }[];
  rows: string[][];
}

const text = (name: string): Table['columns'][number] => ({ name, isNumber: false });
const number = (name: string): Table['columns'][number] => ({ name, isNumber: true });
const VERDICTS = { better: 'better', worse: 'worse', even: 'the same', unclear: 'not clear' } as const;

const improvementTable = ({ improvement }: ComparisonReport): Table | null => {
  if (improvement === null) return null;
  const { client, against, n, isIndicative, rows } = improvement;
  return {
    title: `Improvement of ${nameOf(client)} over ${nameOf(against)}`,
    note: `${n} blocks${isIndicative ? ': indicative, 30 carry a verdict' : ''}. A positive figure is better.`,
    columns: [text('Figure'), number(nameOf(client)), number(nameOf(against)), number('Improvement'), number('95 % interval'), number('p')],
    rows: rows.map(({ metric, clientValue, againstValue, improvementPercent: { value, low, high }, p }) => [
      metric === 'buffer-p5' ? 'Buffer health (5th percentile)' : comparisonMetrics[metric].name,
      formatMetric(clientValue, metric), formatMetric(againstValue, metric),
      value === null ? '–' : `${value.toFixed(1)} %`, low === null || high === null ? '–' : `${low.toFixed(1)} to ${high.toFixed(1)} %`, formatP(p),
    ]),
  };
};

const targetTable = ({ targets }: ComparisonReport): Table | null =>
  targets.length === 0
    ? null
    : {
        title: 'Targets',
        columns: [text('Figure'), number('Measured'), number('95 % interval'), text('Target'), text('Verdict'), number('n'), text('Note')],
        rows: targets.map(({ name, measured, unit, target, isMet, n, note }) => [
          name, formatValue(measured.value, unit), formatInterval(measured, unit), target, isMet === null ? 'cannot be told' : isMet ? 'met' : 'missed', String(n), note ?? '',
        ]),
      };

const clientTable = ({ clients, plan, sessions, blockCount }: ComparisonReport): Table => ({
  title: 'Clients',
  note: 'The figure over all counted sessions, and its 95 % interval.',
  columns: [text('Figure'), ...plan.clients.map((client) => number(nameOf(client)))],
  rows: [
    ...allMetrics.map((metric) => [
      comparisonMetrics[metric].name,
      ...plan.clients.map((client) => {
        const figure = clients.find((one) => one.client === client && one.metric === metric);
        if (!figure || figure.estimate.value === null) return '–';
        const interval = formatInterval(figure.estimate, comparisonMetrics[metric].unit);
        return `${formatMetric(figure.estimate.value, metric)}${interval === '–' ? '' : ` (${interval})`}`;
      }),
    ]),
    ['Sessions that failed', ...plan.clients.map((client) => String(sessions.filter((one) => one.client === client && one.outcome === 'failed' && one.block >= 0 && one.block < blockCount).length))],
  ],
});

const failOverTable = ({ failOver }: ComparisonReport): Table | null =>
  failOver.length === 0
    ? null
    : {
        title: 'Fail-over: until the bytes came from elsewhere',
        columns: [text('Client'), number('Faults that met open requests'), number('p50'), number('p99'), number('Worst')],
        rows: failOver.map(({ client, n, p50Ms, p99Ms, maxMs }) => [nameOf(client), String(n), formatValue(p50Ms, 'ms'), formatValue(p99Ms, 'ms'), formatValue(maxMs, 'ms')]),
      };

const pairTables = ({ pairs }: ComparisonReport): Table[] =>
  [...Map.groupBy(pairs, ({ client, against }) => `${nameOf(client)} against ${nameOf(against)}`)].map(([title, own]) => ({
    title,
    columns: [text('Figure'), number('Ratio'), number('95 % interval'), number('Median of pairs'), number('95 % interval'), number('Won, lost, same'), number('p'), number('n'), text('Verdict')],
    rows: own.map(({ metric, ratio, medianRatio, winCount, lossCount, tieCount, p, n, verdict }) => [
      comparisonMetrics[metric].name, formatValue(ratio.value, 'ratio'), formatInterval(ratio, 'ratio'), formatValue(medianRatio.value, 'ratio'), formatInterval(medianRatio, 'ratio'),
      `${winCount}, ${lossCount}, ${tieCount}`, formatP(p), String(n), VERDICTS[verdict],
    ]),
  }));

export const tablesOf = (report: ComparisonReport): Table[] =>
  [improvementTable(report), targetTable(report), clientTable(report), failOverTable(report), ...pairTables(report)].filter((table) => table !== null);
