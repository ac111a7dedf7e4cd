/** The levels of the buffer, in seconds. Apart from the engine, so that showing them does not load it. */
export { LOW_WATER_SEC, START_SEC, TARGET_SEC, THROUGHPUT_TARGET_BITS_PER_SECOND } from '../../runtime/contract/playback-marks.ts';

/** One press of an arrow key. */
export const SEEK_STEP_SEC = 5;
/** With Shift, or with `j` and `l`. */
export const LEAP_SEC = 10;
