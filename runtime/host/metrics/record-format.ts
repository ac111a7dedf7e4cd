/**
 * How samples stand on disk: JSON lines, arrays without names, figures of four digits. A sample of five nodes is about 800 bytes, and a third
 * of that or less once its hour is over and compressed.
 *
 *   {"format":"vstack-metrics","version":1}           before the first sample of every program run
 *   [atMs, [process, …], [node, …], playback or 0]
 *     process   [name, cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95]
 *     node      a process, then [phase, read, written, served bytes per second, pingMs, chunkCount, diskUsedBytes, diskUsagePercent, availability, metadata bytes per second]
 *     playback  [sessionId, videoId, phase, bufferSec, throughputBitsPerSecond, stallCount, [player's node, …]]
 *     player's node  [nodeId, score, healthy, bitsPerSecond, latencyMs, reliability, deliveredBytes, chunkCount, failureCount]
 *
 * A line that does not parse, or stands under another version, is passed over: the tail of a file may be torn by a crash.
 */
import type { ChildPhase } from '../../contract/control/cluster.ts';
import type { MetricSample, NodeSample, PlaybackSample, ProcessSample } from '../../contract/control/metrics.ts';
import type { PlaybackNode, PlaybackPhase } from '../../contract/control/playback.ts';

export const RECORD_VERSION = 1;
const FORMAT = 'vstack-metrics';
const DIGITS = 4;
/** Availability is compared to 99 %, so it keeps more. */
const SHARE_SCALE = 1e6;

export const headerLine = JSON.stringify({ format: FORMAT, version: RECORD_VERSION });

type Value = number | null;
type ProcessRow = [name: string, ...figures: Value[]];
type NodeRow = [name: string, ...figures: (Value | ChildPhase)[]];
type PlaybackNodeRow = [nodeId: string, score: Value, healthy: 0 | 1, ...figures: Value[]];
type PlaybackRow = [sessionId: string, videoId: string, phase: PlaybackPhase, bufferSec: number, throughput: Value, stallCount: number, nodes: PlaybackNodeRow[]];
type SampleRow = [atMs: number, processes: ProcessRow[], nodes: NodeRow[], playback: PlaybackRow | 0];

const short = (value: Value): Value => (value === null || Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
const whole = (value: Value): Value => value && Math.round(value);
const share = (value: Value): Value => value && Math.round(value * SHARE_SCALE) / SHARE_SCALE;

const processRow = ({ name, cpuPercent, rssBytes, requestsPerSecond, errorsPerSecond, requestMsP50, requestMsP95 }: ProcessSample): ProcessRow => [
  name, short(cpuPercent), whole(rssBytes), short(requestsPerSecond), short(errorsPerSecond), short(requestMsP50), short(requestMsP95),
];

const nodeRow = (node: NodeSample): NodeRow => [
  ...processRow(node), node.phase, whole(node.readBytesPerSecond), whole(node.writtenBytesPerSecond), whole(node.servedBytesPerSecond), short(node.pingMs),
  node.chunkCount, whole(node.diskUsedBytes), short(node.diskUsagePercent), share(node.availability), whole(node.metadataBytesPerSecond),
];

const playbackNodeRow = (node: PlaybackNode): PlaybackNodeRow => [
  node.nodeId, short(node.score), node.healthy ? 1 : 0, whole(node.bitsPerSecond), short(node.latencyMs), short(node.reliability), node.deliveredBytes, node.chunkCount, node.failureCount,
];

const playbackRow = ({ sessionId, videoId, phase, bufferSec, throughputBitsPerSecond, stallCount, nodes }: PlaybackSample): PlaybackRow => [
  sessionId, videoId, phase, short(bufferSec)!, whole(throughputBitsPerSecond), stallCount, nodes.map(playbackNodeRow),
];

export const encodeSample = ({ atMs, processes, nodes, playback }: MetricSample): string =>
  JSON.stringify([atMs, processes.map(processRow), nodes.map(nodeRow), playback ? playbackRow(playback) : 0] satisfies SampleRow);

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
  // Records of earlier versions end before it.
  metadataBytesPerSecond: figure(row[16]),
});

const count = (value: unknown): number => figure(value) ?? 0;

const playbackNodeOf = (row: readonly unknown[]): PlaybackNode => ({
  nodeId: row[0] as string,
  score: figure(row[1]),
  healthy: row[2] === 1,
  bitsPerSecond: figure(row[3]),
  latencyMs: figure(row[4]),
  reliability: figure(row[5]),
  deliveredBytes: count(row[6]),
  chunkCount: count(row[7]),
  failureCount: count(row[8]),
});

const playbackOf = ([sessionId, videoId, phase, bufferSec, throughput, stallCount, nodes]: PlaybackRow): PlaybackSample => ({
  sessionId, videoId, phase, bufferSec, throughputBitsPerSecond: figure(throughput), stallCount, nodes: nodes.map(playbackNodeOf),
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
      return { atMs, processes: processes.map(processOf), nodes: nodes.map(nodeOf), playback: playback ? playbackOf(playback) : null };
    } catch {
      return undefined; // A torn line: what it would have said is a gap.
    }
  };
};
