import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import { REPORT_CHUNKS_MAX } from '../../../../renderer/playback/session-report.ts';
import type { Measured } from '../../../../renderer/playback/session-report.ts';
import { SESSION_CHUNKS_MAX, SILENCE_MS_MAX, usePlaybackStore } from '../../../../renderer/stores/playback.ts';
import * as contract from '../../../../runtime/contract/control/playback.ts';
import type { PlaybackChunk, PlaybackReport, PlaybackSession } from '../../../../runtime/contract/control/playback.ts';
import { SILENCE_MS_MAX as HOST_SILENCE_MS_MAX } from '../../../../runtime/host/playback/session-book.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

let bridge: FakeBridge;
const measured = (change: Partial<Measured> = {}): Measured => ({
  client: 'smart', phase: 'playing', positionSec: 1, durationSec: 60, bufferSec: 12, startupMs: 400, stallCount: 0, stalledMs: 0, playedMs: 900, throughputBitsPerSecond: 4e7,
  deliveredBytes: 1e6, wastedBytes: 0, requestCount: 3, failedRequestCount: 0, nodes: [], ...change,
});
const chunk = (sequence: number, failedNodeIds: string[] = []): PlaybackChunk => ({ sequence, nodeId: 'node-1', atMs: 1_000 + sequence, sizeBytes: 10, firstByteMs: 1, tookMs: 2, failedNodeIds, sources: [{ nodeId: 'node-1', sizeBytes: 10 }], hedged: false, failedOver: failedNodeIds.length > 0, why: '' });
const told = (change: Partial<PlaybackSession> = {}): PlaybackSession => ({
  ...measured(), sessionId: 'far', videoId: 'v', title: 'Far', client: 'smart', door: 'terminal', startedAtMs: 1, atMs: 1_000, isOver: false, chunks: [], bufferSecMean: null, throughputBitsPerSecondMean: null, ...change,
});
const reports = (): PlaybackReport[] => bridge.calls.filter((call) => call.name === 'playback:report').map((call) => call.input as PlaybackReport);
const begin = () => usePlaybackStore().begin({ videoId: 'v', title: 'Harbour' });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  bridge = fakeBridge({ 'playback:report': () => ({}) });
  provideBridge(bridge);
  setActivePinia(createPinia());
  return () => void vi.useRealTimers();
});

test('the bounds are those of the contract and of the host', () => {
  expect({ REPORT_CHUNKS_MAX, SESSION_CHUNKS_MAX }).toEqual({ REPORT_CHUNKS_MAX: contract.REPORT_CHUNKS_MAX, SESSION_CHUNKS_MAX: contract.SESSION_CHUNKS_MAX });
  expect(SILENCE_MS_MAX).toBe(HOST_SILENCE_MS_MAX);
});

describe('this page\'s own session', () => {
  test('is shown as it is recorded and reported once a second, each chunk once, as the contract wants it', async () => {
    const store = usePlaybackStore();
    const own = begin();
    own.addChunk(chunk(0));
    for (let tick = 0; tick < 4; tick++) {
      own.record(measured({ bufferSec: tick }));
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(reports().map((report) => [report.bufferSec, report.chunks.length])).toEqual([[0, 1], [2, 0]]);
    expect(reports().map((report) => contract.PlaybackReport.safeParse(report).success)).toEqual([true, true]);
    expect(store.session).toMatchObject({ bufferSec: 3, client: 'smart', door: 'page', isOver: false, bufferSecMean: 1.5 });
    expect([store.isOwn, store.chunks.length, store.history!.bufferSec.length]).toEqual([true, 1, 4]);
  });

  test('says at once and once when it is over, and goes on under the same name after a seek', async () => {
    const own = begin();
    own.record(measured());
    own.record(measured({ phase: 'ended' }), true);
    own.record(measured({ phase: 'ended' }), true);
    await vi.advanceTimersByTimeAsync(1_000);
    own.record(measured());
    expect(reports().map((report) => report.isOver)).toEqual([false, true, false]);
    expect(new Set(reports().map((report) => report.sessionId)).size).toBe(1);
  });

  test('that ends tells its last figures, and records nothing any more', () => {
    const store = usePlaybackStore();
    const own = begin();
    own.record(measured({ bufferSec: 7 }));
    own.end();
    own.record(measured({ bufferSec: 99 }));
    expect(reports().map((report) => [report.bufferSec, report.isOver])).toEqual([[7, false], [7, true]]);
    expect([store.session!.bufferSec, store.isOwn, store.isLiveAt(Date.now())]).toEqual([7, false, false]);
  });

  test('loses no chunk while the host cannot be reached, only the oldest beyond what a report holds', async () => {
    bridge.answers['playback:report'] = () => Promise.reject(new VStackError('unavailable', 'gone'));
    const own = begin();
    for (let sequence = 0; sequence < REPORT_CHUNKS_MAX; sequence++) own.addChunk(chunk(sequence));
    own.record(measured());
    await vi.advanceTimersByTimeAsync(1_000);
    own.addChunk(chunk(REPORT_CHUNKS_MAX));
    bridge.answers['playback:report'] = () => ({});
    own.record(measured());
    expect(reports()[1]!.chunks.map((entry) => entry.sequence)).toEqual(Array.from({ length: REPORT_CHUNKS_MAX }, (_, index) => index + 1));
  });

  test('goes before the sessions of other doors while it lives', () => {
    const store = usePlaybackStore();
    const own = begin();
    own.record(measured());
    store.apply(told({ atMs: Date.now() + 1 }));
    expect(store.session!.title).toBe('Harbour');
    own.end();
    store.apply(told({ atMs: Date.now() + 2 }));
    expect([store.session!.title, store.isOwn]).toEqual(['Far', false]);
  });

  test('marks its stalls and fail-overs with their times', () => {
    const store = usePlaybackStore();
    const own = begin();
    own.record(measured());
    own.addChunk(chunk(7, ['node-2', 'node-3']));
    own.record(measured({ stallCount: 1 }));
    expect(store.marks).toEqual([
      { atMs: 1_007, kind: 'fail-over', text: 'fail-over from node-2, node-3 to node-1, chunk 7' },
      { atMs: 1_000_000, kind: 'stall', text: 'stall 1' },
    ]);
  });
});

describe('sessions of other doors', () => {
  test('are asked for at the start and followed by events, each report once', async () => {
    const store = usePlaybackStore();
    bridge.answers['playback:latest'] = () => ({ session: told({ chunks: [chunk(0), chunk(1)] }) });
    await store.hydrate();
    store.apply(told({ atMs: 2_000, bufferSec: 9, chunks: [chunk(2)], nodes: [{ nodeId: 'node-1', score: 5, healthy: true, bitsPerSecond: 1, latencyMs: 1, reliability: 1, deliveredBytes: 1, chunkCount: 1, failureCount: 0 }] }));
    store.apply(told({ atMs: 2_000, bufferSec: 9, chunks: [chunk(2)] }));
    expect(store.chunks.map((entry) => entry.sequence)).toEqual([0, 1, 2]);
    expect([store.session!.bufferSec, store.history!.bufferSec.length, store.history!.scoreOf('node-1').valueAt(0)]).toEqual([9, 2, 5]);
  });

  test('a session begins its history anew', () => {
    const store = usePlaybackStore();
    store.apply(told({ chunks: [chunk(0, ['node-2'])] }));
    store.apply(told({ sessionId: 'other', atMs: 500 }));
    expect([store.history!.sessionId, store.history!.bufferSec.length, store.chunks.length, store.marks.length]).toEqual(['other', 1, 0, 0]);
  });

  test('a silent session is over though it never said so', () => {
    const store = usePlaybackStore();
    expect(store.isLiveAt(0)).toBe(false);
    store.apply(told({ atMs: 1_000 }));
    expect([store.isLiveAt(1_000 + SILENCE_MS_MAX - 1), store.isLiveAt(1_000 + SILENCE_MS_MAX)]).toEqual([true, false]);
  });
});
