/** A comparison as one HTML page that needs nothing else: no script, no font, no picture from anywhere. */
import { comparisonMetrics, type ComparisonMetric, type ComparisonReport } from '../../../contract/comparison.ts';
import { clientMetrics } from '../pairs.ts';
import { formatMetric, formatValue, nameOf } from '../words.ts';
import { factsOf, methodText, timeModeText, titleOf } from './facts.ts';
import { dotChart, escapeHtml, loadChart, ratioChart } from './svg.ts';
import { tablesOf, type Table } from './tables.ts';

const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --ink: #1b1f24; --soft: #5a6470; --line: #d8dde3; --accent: #2563b0; --good: #1a7f4b; --bad: #b3261e;
  --p0: #2563b0; --p1: #1a7f4b; --p2: #a15c00; --p3: #8a3ffc; --p4: #5a6470; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --ink: #e6e9ed; --soft: #9aa4b0; --line: #333a42; --accent: #7ab0f0; --good: #63c58f; --bad: #f2918a;
  --p0: #7ab0f0; --p1: #63c58f; --p2: #e0a554; --p3: #bf9bff; --p4: #9aa4b0; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.note { color: var(--soft); margin: .25rem 0 .75rem; } .virtual { border: 2px solid var(--bad); padding: .5rem .75rem; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: var(--soft); } dd { margin: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { text-align: start; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; } .n { text-align: end; }
li.better::marker { color: var(--good); } li.worse::marker { color: var(--bad); } li.worse { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .tick { fill: var(--soft); }
.grid { stroke: var(--line); } .one { stroke: var(--ink); stroke-dasharray: 3 3; } .dot { fill: var(--accent); opacity: .45; } .interval { fill: var(--accent); opacity: .25; }
.mark { stroke: var(--ink); stroke-width: 2; } .whisker { stroke: var(--ink); stroke-width: 1.5; } .ratio { fill: var(--accent); }
.part-0 { fill: var(--p0); } .part-1 { fill: var(--p1); } .part-2 { fill: var(--p2); } .part-3 { fill: var(--p3); } .part-4 { fill: var(--p4); } svg .part { fill: var(--bg); }
`;

const tableHtml = ({ title, note, columns, rows }: Table): string => {
  const cell = (tag: 'th' | 'td', text: string, index: number): string => `<${tag}${columns[index]!.isNumber ? ' class="n"' : ''}>${escapeHtml(text)}</${tag}>`;
  return `<h2>${escapeHtml(title)}</h2>${note ? `<p class="note">${escapeHtml(note)}</p>` : ''}<div class="scroll"><table><thead><tr>${columns.map(({ name }, index) => cell('th', name, index)).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`)
    .join('')}</tbody></table></div>`;
};

const DOT_METRICS: readonly ComparisonMetric[] = ['start-up', 'rebuffering', 'throughput', 'buffer-p5', 'extra-bytes'];

const chartsOf = (report: ComparisonReport): string => {
  const { plan, sessions, blockCount, nodeIds, clients, pairs } = report;
  const metrics = plan.clients.map((client) => clientMetrics(client, sessions, blockCount, nodeIds));
  const dots = DOT_METRICS.map((metric) => {
    const title = comparisonMetrics[metric].name;
    const rows = metrics.map(({ client, of }) => {
      const estimate = clients.find((figure) => figure.client === client && figure.metric === metric)?.estimate;
      return { label: nameOf(client), values: of[metric].values.filter((value) => value !== null), value: estimate?.value ?? null, low: estimate?.low ?? null, high: estimate?.high ?? null };
    });
    return `<h2>${escapeHtml(title)}</h2><p class="note">A dot is one session, the stroke the figure over all, the bar its 95 % interval. ${comparisonMetrics[metric].better === 'lower' ? 'Less' : 'More'} is better.</p>${dotChart(title, rows, (value) => formatMetric(value, metric))}`;
  });
  const ratios = [...Map.groupBy(pairs, ({ client, against }) => `${nameOf(client)} as a multiple of ${nameOf(against)}`)].map(([title, own]) => {
    const rows = own.flatMap(({ metric, ratio: { value, low, high } }) => (value === null ? [] : { label: comparisonMetrics[metric].name, value, low, high }));
    return rows.length === 0 ? '' : `<h2>${escapeHtml(title)}</h2><p class="note">With 95 % intervals; at 1× they are the same.</p>${ratioChart(title, rows, (value) => formatValue(value, 'ratio'))}`;
  });
  const load = metrics.map(({ client, sessions: own }) => ({
    label: nameOf(client),
    parts: nodeIds.map((name) => ({ name, value: own.reduce((sum, session) => sum + (session?.load.find(({ nodeId }) => nodeId === name)?.bytes ?? 0), 0) })),
  }));
  return [...dots, ...ratios, `<h2>Load</h2><p class="note">Useful bytes by node: ${escapeHtml(nodeIds.join(', '))}.</p>${loadChart('Load by node', load)}`].join('');
};

export const toHtml = (report: ComparisonReport): string => {
  const title = titleOf(report);
  const facts = factsOf(report).map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  const verdict = report.verdict.map(({ tone, text }) => `<li class="${tone}">${escapeHtml(text)}</li>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${report.timeMode === 'virtual' ? `<p class="virtual">${escapeHtml(timeModeText(report))}</p>` : ''}
<dl>${facts}</dl>
<p class="note">${escapeHtml(methodText(report))}</p>
<h2>Verdict</h2>
<ul>${verdict || '<li>No block is complete, so there is nothing to say.</li>'}</ul>
${report.blockCount > 0 ? chartsOf(report) : ''}
${tablesOf(report).map(tableHtml).join('\n')}
</body>
</html>
`;
};
