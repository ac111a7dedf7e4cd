/**
 * Playback as it is measured: what this page's player tells, else what the host tells of the most recent session of any door. The composable
 * `usePlayback` acts; this store remembers, and reports to the host.
 *
 *   session      the session to show: this page's while it lives, else the host's latest; null before the first. Its figures are "now":
 *                bufferSec, throughputBitsPerSecond, stallCount, stalledMs, startupMs, phase, nodes (score, health, rate, latency, delivered)
 *   isOwn        whether it plays in this page: then it moves twice a second, else once
 *   isLiveAt(t)  whether it still lives at that time
 *   history      its rings, for charts: bufferSec, throughputBitsPerSecond, stallCount, scoreOf(nodeId); null before the first session.
 *                It is replaced when another session begins. Rings tell of changes by their `version`, not through Vue.
 *   chunks       who delivered each chunk, oldest first, at most 500, with the nodes that failed before
 *   marks        stalls and fail-overs with their times, for the time axis, oldest first
 */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { PlaybackChunk, PlaybackSession } from '../../runtime/contract/control/playback.ts';
import { goodputOfArrivals } from '../../runtime/core/scheduling/goodput.ts';
import { useBridge } from '../bridge/bridge.ts';
import { createSessionHistory, type SessionHistory } from '../playback/session-history.ts';
import { createSessionReporter, type Measured, type SessionFacts } from '../playback/session-report.ts';

/** As SESSION_CHUNKS_MAX of the contract; a unit test holds them equal. */
export const SESSION_CHUNKS_MAX = 500;
/** A session that has been silent for this long is over, whatever it said last. The host reckons the same. */
export const SILENCE_MS_MAX = 15_000;
const MARKS_MAX = 200;

export interface PlaybackMark {
  atMs: number;
  kind: 'stall' | 'fail-over';
  /** In words: `fail-over from node-2 to node-3, chunk 7`. */
  text: string;
}

/** What the player does with its session. */
export interface OwnSession {
  /** The player's figures, twice a second. `isOver`: it has come to its end; it may go on after a seek. */
  record(measured: Measured, isOver?: boolean): void;
  addChunk(chunk: PlaybackChunk): void;
  /** The player goes away. Tells the host so with the last figures; nothing is recorded any more. */
  end(): void;
}

const failOversOf = (chunks: readonly PlaybackChunk[]): PlaybackMark[] =>
  chunks
    .filter((chunk) => chunk.failedNodeIds.length > 0)
    .map((chunk) => ({ atMs: chunk.atMs, kind: 'fail-over', text: `fail-over from ${chunk.failedNodeIds.join(', ')} to ${chunk.nodeId}, chunk ${chunk.sequence}` }));

export const usePlaybackStore = defineStore('playback', () => {
  const session = shallowRef<PlaybackSession | null>(null);
  const history = shallowRef<SessionHistory | null>(null);
  const marks = shallowRef<readonly PlaybackMark[]>([]);
  const ownId = shallowRef<string | null>(null);

  /** Takes over the newest state of a session; `fresh` are its chunks that were not known before. */
  const show = (next: Omit<PlaybackSession, 'chunks' | 'throughputBitsPerSecondMean'>, fresh: readonly PlaybackChunk[]): void => {
    const before = session.value?.sessionId === next.sessionId ? session.value : null;
    if (history.value?.sessionId !== next.sessionId) {
      history.value = createSessionHistory(next.sessionId);
      marks.value = [];
    }
    history.value.append(next.atMs, next);
    const hasStalled = before !== null && next.stallCount > before.stallCount;
    const added = [...failOversOf(fresh), ...(hasStalled ? [{ atMs: next.atMs, kind: 'stall' as const, text: `stall ${next.stallCount}` }] : [])];
    if (added.length > 0) marks.value = [...marks.value, ...added].slice(-MARKS_MAX);
    const known = before?.chunks ?? [];
    const chunks = fresh.length > 0 ? [...known, ...fresh].slice(-SESSION_CHUNKS_MAX) : known;
    session.value = { ...next, throughputBitsPerSecondMean: goodputOfArrivals(chunks), chunks };
  };

  const begin = ({ videoId, title }: Pick<SessionFacts, 'videoId' | 'title'>): OwnSession => {
    const facts: SessionFacts = { sessionId: crypto.randomUUID(), videoId, title, door: 'page', startedAtMs: Date.now() };
    const { sessionId } = facts;
    const reporter = createSessionReporter(facts, (report) => useBridge().call('playback:report', report));
    let fresh: PlaybackChunk[] = [];
    let measuredLast: Measured | null = null;
    let bufferSecSum = 0;
    let playingCount = 0;
    ownId.value = sessionId;

    const record = (measured: Measured, isOver = false): void => {
      if (ownId.value !== sessionId) return;
      measuredLast = measured;
      if (measured.phase === 'playing') {
        bufferSecSum += measured.bufferSec;
        playingCount++;
      }
      const atMs = Date.now();
      show({ ...facts, ...measured, atMs, isOver, bufferSecMean: playingCount > 0 ? bufferSecSum / playingCount : null }, fresh);
      fresh = [];
      reporter.report(measured, isOver, performance.now());
    };
    return {
      record,
      addChunk: (chunk) => {
        fresh.push(chunk);
        reporter.addChunk(chunk);
      },
      end: () => {
        if (ownId.value !== sessionId) return;
        if (measuredLast) record(measuredLast, true);
        ownId.value = null;
      },
    };
  };

  return {
    session,
    history,
    marks,
    chunks: computed<readonly PlaybackChunk[]>(() => session.value?.chunks ?? []),
    isOwn: computed(() => ownId.value !== null && session.value?.sessionId === ownId.value),
    /** `nowMs` in Unix milliseconds. */
    isLiveAt: (nowMs: number): boolean => session.value !== null && !session.value.isOver && nowMs - session.value.atMs < SILENCE_MS_MAX,
    begin,
    /** A report of any door. This page's own session is known at first hand, and goes before those of other doors. */
    apply: ({ chunks: fresh, ...next }: PlaybackSession): void => {
      if (ownId.value === null && (session.value?.sessionId !== next.sessionId || next.atMs > session.value.atMs)) show(next, fresh);
    },
    hydrate: async (): Promise<void> => {
      const { session: latest } = await useBridge().call('playback:latest', {});
      // A session that this page has followed is known better here than by its last report alone.
      if (latest && ownId.value === null && session.value?.sessionId !== latest.sessionId) show(latest, latest.chunks);
    },
    /** Forgets what another host has told. */
    reset: (): void => {
      if (ownId.value !== null) return;
      session.value = null;
      history.value = null;
      marks.value = [];
    },
  };
});
