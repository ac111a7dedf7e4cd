/** Arithmetic over what a media element holds. */
export interface Range {
  startSec: number;
  endSec: number;
}

/** Gaps below this are rounding of timestamps between segments; players cross them. */
const GAP_SEC_MAX = 0.3;

export const rangesOf = (buffered: TimeRanges): Range[] =>
  Array.from({ length: buffered.length }, (_, index) => ({ startSec: buffered.start(index), endSec: buffered.end(index) }));

/** Seconds that can be played from `atSec` on without a stall. */
export const bufferedAheadSec = (ranges: readonly Range[], atSec: number): number => {
  let reachSec = atSec;
  for (const { startSec, endSec } of [...ranges].sort((a, b) => a.startSec - b.startSec)) {
    if (startSec - GAP_SEC_MAX <= reachSec && endSec > reachSec) reachSec = endSec;
  }
  return reachSec - atSec;
};
