/** What playback aims at, wherever it is steered, drawn or judged. No imports: the page carries it from the start. */

/** Playback starts once this many seconds are buffered, or all there is. */
export const START_SEC = 10;
/** Below this the buffer is called low. */
export const LOW_WATER_SEC = 15;
/** Fetching ahead stops at this level. */
export const TARGET_SEC = 30;
/** What one session should reach, in bits a second. */
export const THROUGHPUT_TARGET_BITS_PER_SECOND = 40_000_000;
