import { describe, expect, it } from 'vitest';
import type { PlaybackReport } from '../../../../runtime/contract/control/playback.ts';
import { PlaybackSession } from '../../../../runtime/contract/control/playback.ts';
import { createSessionBook, HISTORY_POINTS_MAX, HISTORY_STEP_MS, SESSIONS_MAX, SILENCE_MS_MAX } from '../../../../runtime/host/playback/session-book.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { playbackChunk, playbackNode, playbackReport } from '../../../fixtures/playback.ts';

const open = () => {
  const clock = createManualClock();
  const changed: PlaybackSession[] = [];
  const stalls: number[] = [];
  const failOvers: number[] = [];
  const book = createSessionBook({
    clock,
    onChange: (session) => changed.push(session),
    onStall: (_session, count) => stalls.push(count),
    onFailOver: (_session, chunk) => failOvers.push(chunk.sequence),
  });
  const report = (overrides: Partial<PlaybackReport> = {}): void => book.report(playbackReport(overrides));
  return { clock, book, changed, stalls, failOvers, report };
};

describe('the book of playback sessions', () => {
  it('knows nothing before the first report', () => {
    const { book } = open();
    expect([book.latest(), book.sample(), book.list(10), book.history()]).toEqual([null, null, [], []]);
  });

  it('gathers the chunks of a session and tells each report with its own chunks only', () => {
    const { book, report, changed } = open();
    report({ chunks: [playbackChunk(0), playbackChunk(1)] });
    report({ chunks: [playbackChunk(2)] });
    expect(book.latest()!.chunks.map((chunk) => chunk.sequence)).toEqual([0, 1, 2]);
    expect(changed.map(({ chunks }) => chunks.map((chunk) => chunk.sequence))).toEqual([[0, 1], [2]]);
    expect(PlaybackSession.safeParse(book.latest()).success).toBe(true);
  });

  it('calls the session that was reported last the latest, whichever began later', () => {
    const { book, report } = open();
    report({ sessionId: 'a' });
    report({ sessionId: 'b' });
    report({ sessionId: 'a' });
    expect(book.latest()!.sessionId).toBe('a');
    expect(book.list(10).map((session) => session.sessionId)).toEqual(['a', 'b']);
    expect(book.list(1)).toHaveLength(1);
  });

  it('takes a silent session for over, and a report for its return', () => {
    const { book, report, clock } = open();
    report();
    expect(book.sample()).toMatchObject({ bufferSec: 20 });
    clock.advance(SILENCE_MS_MAX + 1);
    expect(book.latest()!.isOver).toBe(true);
    expect(book.sample()).toBeNull();
    report();
    expect(book.latest()!.isOver).toBe(false);
  });

  it('averages the buffer over the time it played, not over the time it filled', () => {
    const { book, report } = open();
    report({ phase: 'buffering', bufferSec: 0 });
    expect(book.latest()!.bufferSecMean).toBeNull();
    report({ bufferSec: 10 });
    report({ bufferSec: 30 });
    expect(book.latest()!.bufferSecMean).toBe(20);
  });

  it('averages throughput over all chunks, whatever the last seconds were like', () => {
    const { book, report } = open();
    report();
    expect(book.latest()!.throughputBitsPerSecondMean).toBeNull();
    report({ chunks: [playbackChunk(0, { atMs: 1_000, tookMs: 100, sizeBytes: 1_000_000 })] });
    report({ throughputBitsPerSecond: 1, chunks: [playbackChunk(1, { atMs: 5_000, tookMs: 300, sizeBytes: 1_000_000 })] });
    expect(book.latest()!.throughputBitsPerSecondMean).toBe(40_000_000);
  });

  it('tells new stalls and fail-overs once', () => {
    const { report, stalls, failOvers } = open();
    report({ playedMs: 0 });
    report({ stallCount: 1 });
    report({ stallCount: 1, chunks: [playbackChunk(4, { failedNodeIds: ['node-2'] }), playbackChunk(5)] });
    report({ stallCount: 3 });
    expect(stalls).toEqual([1, 2]);
    expect(failOvers).toEqual([4]);
  });

  it('does not tell the stalls again of a session that an earlier host has known', () => {
    const { report, stalls } = open();
    report({ stallCount: 2, playedMs: 30_000 });
    report({ stallCount: 3, playedMs: 31_000 });
    expect(stalls).toEqual([1]);
  });

  it('keeps a history at the pace of the dashboard API, bounded, with the scores that are known', () => {
    const { book, report, clock } = open();
    for (let second = 0; second < 2 * HISTORY_POINTS_MAX + 20; second++) {
      report({ bufferSec: second, nodes: [playbackNode('node-1', { score: 5 }), playbackNode('node-2', { score: null })] });
      clock.advance(HISTORY_STEP_MS / 2);
    }
    const history = book.history();
    expect(history).toHaveLength(HISTORY_POINTS_MAX);
    expect(history[1]!.atMs - history[0]!.atMs).toBe(HISTORY_STEP_MS);
    expect(history.at(-1)).toMatchObject({ bufferSec: 2 * HISTORY_POINTS_MAX + 18, scores: { 'node-1': 5 } });
    expect(history.at(-1)!.scores).not.toHaveProperty('node-2');
  });

  it('forgets the oldest session beyond its bound', () => {
    const { book, report } = open();
    for (let index = 0; index <= SESSIONS_MAX; index++) report({ sessionId: `s${index}` });
    expect(book.list(SESSIONS_MAX + 10).map((session) => session.sessionId)).not.toContain('s0');
  });
});
