/** `vstack play --realtime`: plays a video as long as it lasts, without a picture, and tells what a viewer would have met. */
import { createFetchTransport } from '../../client/fetch-transport.ts';
import { startPlaySession } from '../../client/session/play-session.ts';
import type { SessionChunk, SessionResult } from '../../client/session/types.ts';
import { browserClock } from '../../client/transport.ts';
import type { ClientKind } from '../../contract/client-kind.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { systemRandom } from '../../platform/random.ts';
import type { CliContext } from '../context.ts';
import { formatBytes, formatMs, formatRate } from '../terminal/format.ts';
import { printable } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';

export interface RealtimeOptions {
  kind: ClientKind;
  manifest: Manifest;
  refresh: () => Promise<Manifest>;
}

const NODE_COLUMNS: readonly Column[] = [{ title: 'NODE' }, { title: 'BYTES', align: 'right' }, { title: 'REQUESTS', align: 'right' }, { title: 'FAILURES', align: 'right' }];

const SEED_MAX = 2 ** 31;

const seconds = (sec: number | null): string => (sec === null ? '–' : `${sec.toFixed(1)} s`);

/** @throws VStackError `cancelled` when the signal aborts, `conflict` for a video that is not ready to be read */
export const playRealtime = async ({ kind, manifest, refresh }: RealtimeOptions, { output, signal }: CliContext): Promise<SessionResult> => {
  if (manifest.chunks.length === 0) throw new VStackError('conflict', `"${manifest.title}" has no chunks (it is ${manifest.status}). Wait for its upload to end, or upload it again.`);
  let count = 0;
  const handleChunk = ({ sequence, sources, hedged, failedOver, why }: SessionChunk): void => {
    const { positionSec, bufferSec, phase } = session.now();
    output.event('chunk', { sequence, nodeId: sources[0]?.nodeId ?? null, hedged, failedOver, why, positionSec, bufferSec });
    output.status(`${printable(manifest.title)}  ${phase}  ${++count} of ${manifest.chunks.length} chunks, ${bufferSec.toFixed(0)} s buffered`);
  };
  const session = startPlaySession({ kind, manifest, refresh, transport: createFetchTransport, clock: browserClock, seed: Math.floor(systemRandom() * SEED_MAX), onChunk: handleChunk });
  signal.addEventListener('abort', session.stop, { once: true });
  const result = await session.result;
  signal.removeEventListener('abort', session.stop);
  if (signal.aborted) throw new VStackError('cancelled', `Playing ${manifest.video_id} was cancelled.`);
  return result;
};

/** What happened at single chunks is for charts; a terminal gets the sums. */
export const summaryOf = ({ buffer: { samples: _samples, ...buffer }, chunks: _chunks, ...result }: SessionResult): object => ({ ...result, buffer });

export const realtimeLines = (title: string, result: SessionResult, { paint }: CliContext['output']): string[] => [
  `${paint('good', 'Played')} ${printable(title)} with the ${result.client} client: every chunk was verified.`,
  ...formatPairs(
    [
      ['start-up', result.startupMs === null ? 'never' : formatMs(result.startupMs)],
      ['stalls', result.stalls.length === 0 ? 'none' : paint('warn', `${result.stalls.length}, ${formatMs(result.stalledMs)} in all`)],
      ['buffer', `${seconds(result.buffer.meanSec)} on average, ${seconds(result.buffer.p5Sec)} or more in 95 % of the time`],
      ['throughput', result.throughputBitsPerSecond === null ? '–' : formatRate(result.throughputBitsPerSecond / 8)],
      ['requests', `${result.requestCount}, ${result.failedRequestCount} of them failed, ${result.hedgeCount} were hedges`],
      ['fail-overs', String(result.failOverCount)],
      ['wasted', formatBytes(result.wastedBytes)],
    ],
    paint,
  ),
  '',
  ...formatTable(NODE_COLUMNS, result.nodes.map((node) => [node.nodeId, formatBytes(node.sizeBytes), String(node.requestCount), String(node.failureCount)]), paint),
];
