import { describe, expect, it } from 'vitest';
import { ComparisonReport, ReportFormat } from '../../../../../runtime/contract/comparison.ts';
import { exportReport } from '../../../../../runtime/lab/comparison/export/export.ts';
import { ticksUpTo } from '../../../../../runtime/lab/comparison/export/svg.ts';
import { makeReport } from '../../../../fixtures/comparison.ts';

const HOSTILE = `<script>alert("x")</script> & | 'it' [a](http://evil.example)`;
const hostile = (): ComparisonReport => {
  const report = makeReport({ act: ({ block, client }) => (block === 0 && client === 'naive' ? { outcome: 'failed', problem: HOSTILE } : {}) });
  return { ...report, plan: { ...report.plan, videoTitle: HOSTILE }, machine: { ...report.machine, cpuModel: HOSTILE } };
};
const textOf = (report: ComparisonReport, format: ReportFormat): string => exportReport(report, format).text;

describe('an exported comparison', () => {
  it.each([['json', 'json'], ['csv', 'csv'], ['html', 'html'], ['markdown', 'md']] as const)('as %s has a file name and a media type of its own', (format, extension) => {
    expect(exportReport(makeReport(), format)).toMatchObject({ filename: `comparison-one-slow-node-1.${extension}`, mediaType: expect.stringContaining('/') as string });
  });

  it('as JSON is the report itself', () => {
    const report = makeReport();
    expect(ComparisonReport.parse(JSON.parse(textOf(report, 'json')))).toEqual(report);
  });

  it.each(ReportFormat.options)('as %s says that it was virtual time, where it was', (format) => {
    expect(textOf({ ...makeReport(), timeMode: 'virtual' }, format)).toMatch(/virtual/i);
    expect(textOf(makeReport(), format)).not.toMatch(/virtual time|"virtual"/i);
  });
});

describe('as CSV', () => {
  it('is a row for each session, warm-up included, every row as long as the header', () => {
    const report = makeReport();
    const [header, ...rows] = textOf(report, 'csv').trim().split('\r\n');
    expect(rows).toHaveLength(report.sessions.length);
    for (const row of rows) expect(row.split(',')).toHaveLength(header!.split(',').length);
    const column = header!.split(',').indexOf('start-up (ms)');
    expect(rows.map((row) => Number(row.split(',')[column]))).toEqual(report.sessions.map(({ startupMs }) => startupMs));
    expect(rows.filter((row) => row.split(',')[5] === 'false')).toHaveLength(2);
  });

  it('quotes what would break a row, and lets nothing be taken for a formula', () => {
    const report = makeReport({ act: ({ block }) => (block === 0 ? { outcome: 'failed', problem: '=1+1, "x"\nnew line' } : {}) });
    expect(textOf(report, 'csv')).toContain(`"'=1+1, ""x""\nnew line"`);
  });
});

describe('as HTML', () => {
  it('needs nothing else: no script, no address to load from', () => {
    const html = textOf(makeReport({ clients: ['smart', 'naive', 'oracle'] }), 'html');
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=|https?:/i);
    expect(html).toContain(`default-src 'none'`);
    expect(html.match(/<svg /g)).toHaveLength(5 + 2 + 1);
    for (const tag of ['svg', 'table', 'div', 'tr', 'td', 'ul', 'dl', 'p', 'h2', 'text']) expect(html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length, tag).toBe(html.match(new RegExp(`</${tag}>`, 'g'))?.length);
  });

  it('escapes whatever comes from outside', () => {
    const html = textOf(hostile(), 'html');
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&#60;script&#62;');
  });

  it('draws no figure that is not a number', () => {
    for (const report of [makeReport(), makeReport({ blockCount: 1 }), makeReport({ act: () => ({ throughputBitsPerSecond: null, bufferSecP5: null, chunkMs: [], deliveredBytes: 0, load: [] }) })]) {
      expect(textOf(report, 'html')).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('says so when no block is complete', () => {
    expect(textOf(makeReport({ blockCount: 0 }), 'html')).toContain('No block is complete');
  });
});

describe('as Markdown', () => {
  it('has tables whose rows are as wide as their head, and no markup from outside', () => {
    const markdown = textOf(hostile(), 'markdown');
    expect(markdown).toContain('## Verdict');
    expect(markdown).not.toContain('<script>');
    expect(markdown).not.toContain('[a](');
    let width = 0;
    for (const line of markdown.split('\n')) {
      const bars = line.replaceAll('\\|', '').split('|').length;
      if (!line.startsWith('|')) width = 0;
      else if (width === 0) width = bars;
      else expect(bars, line).toBe(width);
    }
  });

  it('tells the target that was missed and the machine', () => {
    const markdown = textOf(makeReport({ blockCount: 30 }), 'markdown');
    expect(markdown).toContain('| missed |');
    expect(markdown).toContain('2 × Test CPU, 4 GiB');
  });
});

describe('the ticks of an axis', () => {
  it.each([[0, [0]], [1, [0, 0.2, 0.4, 0.6, 0.8, 1]], [1734, [0, 500, 1000, 1500]], [0.0007, [0, 0.0002, 0.0004, 0.0006]]])('up to %d are round', (max, ticks) => {
    expect(ticksUpTo(max).map((tick) => Number(tick.toPrecision(6)))).toEqual(ticks);
  });
});
