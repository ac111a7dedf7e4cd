/** Samples as CSV: one row for each sample and process, a header with units, an empty field for what is not known. */
import type { MetricSample, NodeSample, ProcessSample } from '../../contract/control/metrics.ts';
import { csvLine, type CsvField } from '../../core/csv.ts';

type Row = ProcessSample & Partial<NodeSample>;

/** The columns in order: what the header says, and what stands below it. */
const columns: readonly [title: string, field: (row: Row, sample: MetricSample, stepMs: number) => CsvField][] = [
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

export const csvHeader = csvLine(columns.map(([title]) => title));

export const csvRowsOf = (sample: MetricSample, stepMs: number): string =>
  [...sample.processes, ...sample.nodes].map((row) => csvLine(columns.map(([, field]) => field(row, sample, stepMs)))).join('');
