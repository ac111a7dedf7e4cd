/** Plays a video without a picture; types.ts tells what goes in and comes out. */
import { bufferedUntilSec } from '../../core/client/buffer.ts';
import { type ChunkReport, createChunkSource } from '../chunk-source.ts';
import { createFaultWatch } from './faults.ts';
import { advanceMedia, bufferSecAt, createMediaClock, dryInMs, playedMsAt, positionSecAt, stalledMsOf, stopMedia } from './media-clock.ts';
import { type BufferRecord, createBufferRecord, resultOf, sessionChunkOf } from './result.ts';
import type { PlaySession, PlaySessionOptions, SessionChunk, SessionResult } from './types.ts';

export const SAMPLE_MS = 250;

export const startPlaySession = (options: PlaySessionOptions): PlaySession => {
  const { kind, manifest, transport, clock, seed, startSec = 0, limitMs, refresh = () => Promise.resolve(manifest), openAssembly } = options;
  const { promise: result, resolve } = Promise.withResolvers<SessionResult>();
  const startedAtMs = clock.nowMs();
  const nowMs = (): number => clock.nowMs() - startedAtMs;
  const media = createMediaClock(startSec, Math.max(startSec, ...manifest.chunks.map((chunk) => chunk.start_sec + chunk.duration_sec)));
  const watch = createFaultWatch();
  const record: BufferRecord = createBufferRecord();
  const chunks: SessionChunk[] = [];
  const stops = new Map<string, () => void>();
  let isOver = false;

  const client = createChunkSource({
    manifest, refresh, client: kind, schedule: 'playback', startSec, seed, transport, clock, cacheBytesMax: 0,
    onChunk: (report) => handleChunk(report),
    onBytes: (nodeId, sequence, fromByte, toByte) => watch.handleBytes(nodeId, sequence, fromByte, toByte, nowMs()),
    ...(openAssembly && { openAssembly }),
    ...(options.truth && { truth: options.truth }),
  });

  const timer = (name: string, delayMs: number, run: () => void): void => {
    stops.get(name)?.();
    stops.set(name, clock.after(delayMs, run));
  };

  /** The media clock as it is now; the client learns of it when the picture begins to move or stops. */
  const update = (): void => {
    if (isOver) return;
    const atMs = nowMs();
    const hasChanged = advanceMedia(media, bufferedUntilSec(client.state, positionSecAt(media, atMs)), atMs);
    record.handleBuffer(bufferSecAt(media, atMs), atMs);
    if (media.phase === 'ended') return finish('end');
    if (hasChanged) client.setPlayhead(media.positionSec, media.phase === 'playing' ? 1 : 0);
    const dryMs = dryInMs(media, atMs);
    if (dryMs !== null) timer('dry', dryMs, update);
  };

  const handleChunk = (report: ChunkReport): void => {
    const chunk = sessionChunkOf(report, startedAtMs, nowMs());
    chunks.push(chunk);
    watch.handleComplete(report.sequence);
    // A player would have the bytes now; here nobody needs them.
    client.take(report.sequence);
    if (client.state.order.every(({ facts, status }) => status === 'complete' || facts.endSec <= startSec)) record.handleFetched(nowMs());
    options.onChunk?.(chunk);
    update();
  };

  const sample = (): void => {
    update();
    if (isOver) return;
    record.count(bufferSecAt(media, nowMs()), client.totals());
    if (media.phase !== 'starting') record.sample(bufferSecAt(media, nowMs()), nowMs());
    timer('sample', SAMPLE_MS, sample);
  };

  const finish = (endedBy: SessionResult['endedBy']): void => {
    if (isOver) return;
    isOver = true;
    const atMs = nowMs();
    stopMedia(media, atMs);
    record.count(bufferSecAt(media, atMs), client.totals());
    const told = resultOf({ kind, seed, manifest, endedBy, media, record, chunks, faults: watch.faults(), client, atMs, clockMs: clock.nowMs() });
    client.close();
    for (const stop of stops.values()) stop();
    resolve(told);
  };

  if (limitMs !== undefined) timer('limit', limitMs, () => finish('limit'));
  timer('sample', SAMPLE_MS, sample);

  return {
    result,
    stop: () => finish('stop'),
    markFault: (nodeId) => watch.mark(nodeId, client.state, nowMs()),
    setTruth: (truth) => client.setTruth(truth),
    now: () => ({
      phase: media.phase, positionSec: positionSecAt(media, nowMs()), bufferSec: bufferSecAt(media, nowMs()),
      throughputBitsPerSecond: client.throughputBitsPerSecond(), startupMs: media.startupMs, stallCount: media.stalls.length, stalledMs: stalledMsOf(media, nowMs()),
      playedMs: playedMsAt(media, nowMs()), totals: client.totals(), nodes: client.nodes(),
    }),
  };
};
