/**
 * How samples stand on disk: JSON lines, arrays without names, figures of four digits. A sample of five nodes is about 400 bytes, and a tenth
 * of that once its hour is over and compressed.
 *
 *   {"format":"vstack-metrics","version":1}           before the first sample of every program run
 *   [atMs, [process, …], [node, …], playback or 0]
 *     process   [name, cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95]
 *     node      a process, then [phase, read, written, served bytes per second, pingMs, chunkCount, diskUsedBytes, diskUsagePercent, availability]
 *     playback  as in the contract
 *
 * A line that does not parse, or stands under another version, is passed over: the tail of a file may be torn by a crash.
 */
import type { ChildPhase } from '../../contract/control/cluster.ts';
import type { MetricSample, NodeSample, PlaybackSample, ProcessSample } from '../../contract/control/metrics.ts';

export const RECORD_VERSION = 1;
const FORMAT = 'vstack-metrics';
const DIGITS = 4;
/** Availability is compared to 99 %, so it keeps more. */
const SHARE_SCALE = 1e6;

export const headerLine = JSON.stringify({ format: FORMAT, version: RECORD_VERSION });

type Value = number | null;
type ProcessRow = [name: string, ...figures: Value[]];
type NodeRow = [name: string, ...figures: (Value | ChildPhase)[]];
type SampleRow = [atMs: number, processes: ProcessRow[], nodes: NodeRow[], playback: PlaybackSample | 0];

const short = (value: Value): Value => (value === null || Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
const whole = (value: Value): Value => value && Math.round(value);
const share = (value: Value): Value => value && Math.round(value * SHARE_SCALE) / SHARE_SCALE;

const processRow = ({ name, cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 }: ProcessSample): ProcessRow => [
  name, short(cpuPercent), whole(rssBytes), short(requestsPerSecond), short(errorsPerSecond), short(requestMsP50), short(requestMsP95),
];

const nodeRow = (node: NodeSample): NodeRow => [
  ...processRow(node), node.phase, whole(node.readBytesPerSecond), whole(node.writtenBytesPerSecond), whole(node.servedBytesPerSecond), short(node.pingMs),
  node.chunkCount, whole(node.diskUsedBytes), short(node.diskUsagePercent), share(node.availability),
];

export const encodeSample = ({ atMs, processes, nodes, playback }: MetricSample): string =>
  JSON.stringify([atMs, processes.map(processRow), nodes.map(nodeRow), playback ?? 0] satisfies SampleRow);

const figure = (value: unknown): Value => (typeof value === 'number' ? value : null);

const processOf = (row: readonly unknown[]): ProcessSample => ({
  name: row[0] as string,
  cpuPercent: figure(row[1]),
  rssBytes: figure(row[2]),
  requestsPerSecond: figure(row[3]),
  errorsPerSecond: figure(row[4]),
  requestMsP50: figure(row[5]),
  requestMsP95: figure(row[6]),
});

const nodeOf = (row: readonly unknown[]): NodeSample => ({
  ...processOf(row),
  phase: row[7] as ChildPhase,
  readBytesPerSecond: figure(row[8]),
  writtenBytesPerSecond: figure(row[9]),
  servedBytesPerSecond: figure(row[10]),
  pingMs: figure(row[11]),
  chunkCount: figure(row[12]),
  diskUsedBytes: figure(row[13]),
  diskUsagePercent: figure(row[14]),
  availability: figure(row[15]),
});

/** Reads the lines of one file in order. */
export const createDecoder = (): ((line: string) => MetricSample | undefined) => {
  let isOurVersion = false;
  return (line) => {
    if (line === '') return undefined;
    try {
      const value: unknown = JSON.parse(line);
      if (!Array.isArray(value)) {
        const header = value as { format?: unknown; version?: unknown } | null;
        isOurVersion = header?.format === FORMAT && header.version === RECORD_VERSION;
        return undefined;
      }
      const [atMs, processes, nodes, playback] = value as SampleRow;
      if (!isOurVersion || typeof atMs !== 'number') return undefined;
      return { atMs, processes: processes.map(processOf), nodes: nodes.map(nodeOf), playback: playback || null };
    } catch {
      return undefined; // A torn line: what it would have said is a gap.
    }
  };
};
