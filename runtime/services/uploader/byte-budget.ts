/**
 * The limit on what all uploads together hold in memory. Whoever does not fit waits its turn, first come first served: many uploads at
 * once become a queue, and never growth.
 */
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

export interface ByteBudget {
  /** Resolves with the function that gives the bytes back; calling it twice is fine. Rejects with the signal's reason. */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void>;
}

export const createByteBudget = (bytesMax = UPLOADS_BYTES_MAX): ByteBudget => {
  const waiting: { bytes: number; start: () => void }[] = [];
  let freeBytes = bytesMax;

  const serve = (): void => {
    while (waiting[0] && waiting[0].bytes <= freeBytes) {
      const { bytes, start } = waiting.shift()!;
      freeBytes -= bytes;
      start();
    }
  };

  return {
    acquire(wanted, signal) {
      const bytes = Math.min(wanted, bytesMax);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          serve();
          reject(signal.reason as Error);
        };
        let isHeld = true;
        const giveBack = (): void => {
          if (!isHeld) return;
          isHeld = false;
          freeBytes += bytes;
          serve();
        };
        const entry = {
          bytes,
          start(): void {
            signal.removeEventListener('abort', onAbort);
            resolve(giveBack);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(entry);
        serve();
      });
    },
  };
};
