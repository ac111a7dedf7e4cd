/** The levels of the buffer, in seconds. Apart from the engine, so that showing them does not load it. */

/** Playback starts once this much is buffered, or all there is. */
export const START_SEC = 10;
/** Below this the buffer is called low. */
export const LOW_WATER_SEC = 15;
/** Fetching ahead stops at this level. */
export const TARGET_SEC = 30;

/** One press of an arrow key. */
export const SEEK_STEP_SEC = 5;
