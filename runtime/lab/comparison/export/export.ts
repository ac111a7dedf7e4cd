/** A comparison in any of its formats. */
import type { ComparisonReport, ReportFormat } from '../../../contract/comparison.ts';
import { toCsv } from './csv.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';

const formats: Readonly<Record<ReportFormat, { extension: string; mediaType: string; render(report: ComparisonReport): string }>> = {
  json: { extension: 'json', mediaType: 'application/json', render: (report) => `${JSON.stringify(report, null, 2)}\n` },
  csv: { extension: 'csv', mediaType: 'text/csv', render: toCsv },
  html: { extension: 'html', mediaType: 'text/html', render: toHtml },
  markdown: { extension: 'md', mediaType: 'text/markdown', render: (report) => toMarkdown(report) },
};

export interface ExportedReport {
  filename: string;
  mediaType: string;
  text: string;
}

export const exportReport = (report: ComparisonReport, format: ReportFormat): ExportedReport => {
  const { extension, mediaType, render } = formats[format];
  return { filename: `${report.id}.${extension}`, mediaType, text: render(report) };
};
