/** What playback was like, measured where it happens: start-up, stalls, seconds really played. Fed with the media element's events. */
export interface PlaybackFigures {
  /** From the play command to the first moving picture; null before. */
  startupMs: number | null;
  stallCount: number;
  stalledMs: number;
  playedMs: number;
}

export interface PlaybackMeter {
  /** Somebody wants it to play. Before the first picture this starts the clock of the start-up anew: a person may have been waited for. */
  handleCommand(nowMs: number): void;
  handlePlaying(nowMs: number): void;
  /** Somebody goes elsewhere in the video. The wait that follows is theirs, not the network's. */
  handleSeek(nowMs: number): void;
  /**
   * The element waits. It only counts while it should be playing, not because of a seek, and not when what comes next is buffered: then the
   * decoder was late on a busy machine, for some milliseconds, and no node is to blame.
   */
  handleWaiting(nowMs: number, isSeeking: boolean, isBuffered?: boolean): void;
  handlePause(nowMs: number): void;
  figures(nowMs: number): PlaybackFigures;
}

/** After a seek elements start, wait and start again; it is over once the picture has moved for this long. */
const SEEK_SETTLED_MS = 1_000;

export const createPlaybackMeter = (openedAtMs: number): PlaybackMeter => {
  let commandAtMs = openedAtMs;
  let startupMs: number | null = null;
  let stallCount = 0;
  let stalledMs = 0;
  let stalledSinceMs: number | null = null;
  let playedMs = 0;
  let playingSinceMs: number | null = null;
  let seekAtMs = -Infinity;

  const endPlaying = (nowMs: number): void => {
    if (playingSinceMs !== null) playedMs += nowMs - playingSinceMs;
    playingSinceMs = null;
  };
  const endStall = (nowMs: number): void => {
    if (stalledSinceMs !== null) stalledMs += nowMs - stalledSinceMs;
    stalledSinceMs = null;
  };

  return {
    handleCommand: (nowMs) => {
      commandAtMs = nowMs;
    },
    handlePlaying: (nowMs) => {
      startupMs ??= nowMs - commandAtMs;
      endStall(nowMs);
      playingSinceMs ??= nowMs;
    },
    handleSeek: (nowMs) => {
      seekAtMs = nowMs;
    },
    handleWaiting: (nowMs, isSeeking, isBuffered = false) => {
      const movedSinceMs = playingSinceMs;
      endPlaying(nowMs);
      if (movedSinceMs === null || isSeeking || isBuffered || stalledSinceMs !== null) return;
      const isSettled = seekAtMs === -Infinity || nowMs - Math.max(movedSinceMs, seekAtMs) >= SEEK_SETTLED_MS;
      if (!isSettled) return;
      seekAtMs = -Infinity;
      stallCount++;
      stalledSinceMs = nowMs;
    },
    handlePause: (nowMs) => {
      endPlaying(nowMs);
      endStall(nowMs);
    },
    figures: (nowMs) => ({
      startupMs,
      stallCount,
      stalledMs: stalledMs + (stalledSinceMs === null ? 0 : nowMs - stalledSinceMs),
      playedMs: playedMs + (playingSinceMs === null ? 0 : nowMs - playingSinceMs),
    }),
  };
};
