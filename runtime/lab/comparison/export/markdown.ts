/** A comparison as Markdown. */
import type { ComparisonReport } from '../../../contract/comparison.ts';
import { factsOf, methodText, titleOf } from './facts.ts';
import { tablesOf, type Table } from './tables.ts';

/** What comes from outside (a title, a problem) must not become markup. */
const plain = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_|<>#[\]]/g, (mark) => `\\${mark}`);

const tableLines = ({ columns, rows }: Table): string[] => [
  `| ${columns.map(({ name }) => plain(name)).join(' | ')} |`,
  `|${columns.map(({ isNumber }) => (isNumber ? '---:' : '---')).join('|')}|`,
  ...rows.map((row) => `| ${row.map(plain).join(' | ')} |`),
];

export const toMarkdown = (report: ComparisonReport, heading = '#'): string => {
  const sections = tablesOf(report).flatMap((table) => ['', `${heading}# ${plain(table.title)}`, '', ...(table.note ? [plain(table.note), ''] : []), ...tableLines(table)]);
  return [
    `${heading} ${plain(titleOf(report))}`, '',
    ...factsOf(report).map(([label, value]) => `- **${label}**: ${plain(value)}`), '',
    plain(methodText(report)), '',
    `${heading}# Verdict`, '',
    ...report.verdict.map(({ text }) => `- ${plain(text)}`),
    ...sections, '',
  ].join('\n');
};
