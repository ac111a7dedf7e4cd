/** Samples as CSV (RFC 4180): one row for each sample and process, a header with units, an empty field for what is not known. */
import type { MetricSample, NodeSample, ProcessSample } from '../../contract/control/metrics.ts';

const LINE_END = '\r\n';

type Row = ProcessSample & Partial<NodeSample>;
type Field = string | number | null | undefined;

/** The columns in order: what the header says, and what stands below it. */
const columns: readonly [title: string, field: (row: Row, sample: MetricSample, stepMs: number) => Field][] = [
  ['time (UTC)', (_row, { atMs }) => new Date(atMs).toISOString()],
  ['time (Unix ms)', (_row, { atMs }) => atMs],
  ['mean over (ms)', (_row, _sample, stepMs) => stepMs],
  ['process', ({ name }) => name],
  ['phase', ({ phase }) => phase],
  ['cpu (% of one core)', ({ cpuPercent }) => cpuPercent],
  ['memory (bytes)', ({ rssBytes }) => rssBytes],
  ['requests (1/s)', ({ requestsPerSecond }) => requestsPerSecond],
  ['errors (1/s)', ({ errorsPerSecond }) => errorsPerSecond],
  ['request p50 (ms)', ({ requestMsP50 }) => requestMsP50],
  ['request p95 (ms)', ({ requestMsP95 }) => requestMsP95],
  ['read by players (bytes/s)', ({ readBytesPerSecond }) => readBytesPerSecond],
  ['written (bytes/s)', ({ writtenBytesPerSecond }) => writtenBytesPerSecond],
  ['served to services (bytes/s)', ({ servedBytesPerSecond }) => servedBytesPerSecond],
  ['ping (ms)', ({ pingMs }) => pingMs],
  ['chunks', ({ chunkCount }) => chunkCount],
  ['disk used (bytes)', ({ diskUsedBytes }) => diskUsedBytes],
  ['disk used (%)', ({ diskUsagePercent }) => diskUsagePercent],
  ['availability (0-1)', ({ availability }) => availability],
  ['exchanged with metadata (bytes/s)', ({ metadataBytesPerSecond }) => metadataBytesPerSecond],
];

/** Quotes a field that needs it; a spreadsheet takes text that begins with one of `=+-@` for a formula, so such text gets an apostrophe. */
const csvField = (value: Field): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const line = (fields: readonly Field[]): string => `${fields.map(csvField).join(',')}${LINE_END}`;

export const csvHeader = line(columns.map(([title]) => title));

export const csvRowsOf = (sample: MetricSample, stepMs: number): string =>
  [...sample.processes, ...sample.nodes].map((row) => line(columns.map(([, field]) => field(row, sample, stepMs)))).join('');
