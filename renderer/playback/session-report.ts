/**
 * Tells the host about once a second how this page's playback goes. Chunks wait until a report has arrived, so that a connection that was
 * lost for a moment costs none of them. Knows neither Vue nor the bridge.
 */
import type { PlaybackChunk, PlaybackReport } from '../../runtime/contract/control/playback.ts';

/** As REPORT_CHUNKS_MAX of the contract, which the page does not import because it would carry the schemas along; a unit test holds them equal. */
export const REPORT_CHUNKS_MAX = 64;
const REPORT_MS = 1_000;
/** The player's own samples come every half second and never quite on time. */
const EARLY_MS = 100;

/** What the player measures anew for each report. */
export type Measured = Omit<PlaybackReport, 'sessionId' | 'videoId' | 'title' | 'door' | 'startedAtMs' | 'chunks' | 'isOver'>;
export type SessionFacts = Pick<PlaybackReport, 'sessionId' | 'videoId' | 'title' | 'door' | 'startedAtMs'>;

export interface SessionReporter {
  addChunk(chunk: PlaybackChunk): void;
  /** Reports if it is time to. `isOver` does not wait for it: it is the last word. */
  report(measured: Measured, isOver: boolean, nowMs: number): void;
}

export const createSessionReporter = (facts: SessionFacts, send: (report: PlaybackReport) => Promise<unknown>): SessionReporter => {
  let waiting: PlaybackChunk[] = [];
  let reportedAtMs = -Infinity;
  let isSending = false;
  let isTold = false;

  return {
    addChunk: (chunk) => {
      waiting = [...waiting, chunk].slice(-REPORT_CHUNKS_MAX);
    },
    report: (measured, isOver, nowMs) => {
      if (!isOver && (isSending || nowMs - reportedAtMs < REPORT_MS - EARLY_MS)) return;
      // What is over and has been told needs no more words until it goes on.
      if (isOver && isTold && waiting.length === 0) return;
      isTold = isOver;
      isSending = true;
      reportedAtMs = nowMs;
      const chunks = waiting;
      waiting = [];
      send({ ...facts, ...measured, chunks, isOver })
        .catch(() => {
          // The next report tells everything again but the chunks.
          waiting = [...chunks, ...waiting].slice(-REPORT_CHUNKS_MAX);
        })
        .finally(() => {
          isSending = false;
        });
    },
  };
};
