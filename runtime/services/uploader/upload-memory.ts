/** What uploads hold in memory: the limit on all of them together, and an estimate for each, so that many at once become a queue and never growth. */
import { MIB } from '../../contract/units.ts';

/** All uploads together, beyond the service itself. */
export const UPLOADS_BYTES_MAX = 256 * MIB;

/** What an upload holds whatever the video: read cache, five chunks in flight, their copies on the way to the sockets. */
const UPLOAD_BYTES_MIN = 14 * MIB;

/** The muxer holds one group of pictures about three times over: as packets, as a finished fragment, and as chunks. */
const GROUP_COPIES = 3;
/** Longer groups than this are rare; encoders' defaults stay below it. */
const GROUP_SEC = 10;

/** An estimate from the bit rate, made before the upload begins. */
export const bytesNeeded = (sizeBytes: number, durationSec: number | null): number =>
  Math.min(UPLOADS_BYTES_MAX, UPLOAD_BYTES_MIN + Math.ceil(Math.min(sizeBytes, (GROUP_SEC * sizeBytes) / Math.max(1, durationSec ?? 1))) * GROUP_COPIES);
