/** Bytes, by name. Sizes in this project are always bytes, durations always milliseconds unless a name says otherwise. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** A chunk is at most this large wherever a segment can be cut so. */
export const CHUNK_BYTES_PREFERRED = 2 * MIB;

/** No store accepts a larger chunk: it bounds the memory of every buffer along the way. */
export const CHUNK_BYTES_MAX = 8 * MIB;

/** A segment of video, the unit of playback, aims at this duration. */
export const SEGMENT_MS_TARGET = 10 * SECOND_MS;
