/**
 * Downloads by a link. A browser cannot put a token on a download that it shows in its own list, so the link carries a ticket: random, good
 * once, for a minute, for one video.
 */
import { VStackError } from '../contract/errors.ts';
import { MINUTE_MS } from '../contract/units.ts';
import type { Manifest } from '../contract/wire/metadata.ts';
import type { Clock } from '../platform/clock.ts';
import { randomHex } from '../platform/crypto.ts';
import { exportVideo, type ExportOptions } from './video-export.ts';

/** From the click to the browser's request; longer would only help whoever finds the link in a history. */
export const TICKET_MS = MINUTE_MS;
/** More links than a person clicks in a minute; beyond it the oldest is forgotten. */
const TICKETS_MAX = 256;
const TICKET_BYTES = 32;
export const DOWNLOAD_PATH = '/download';

export type DownloadSink = Pick<ExportOptions, 'write' | 'signal'> & { begin: NonNullable<ExportOptions['begin']> };

export interface VideoDownloads {
  /** The path of a link to this video. */
  issue(videoId: string): string;
  /** @throws VStackError not_found for a ticket that is unknown, used or expired, and what an export throws */
  redeem(ticket: string, sink: DownloadSink): Promise<void>;
}

export const createVideoDownloads = (clock: Clock, manifestOf: (videoId: string, signal: AbortSignal) => Promise<Manifest>): VideoDownloads => {
  const tickets = new Map<string, { videoId: string; endsMs: number }>();
  return {
    issue(videoId) {
      const ticket = randomHex(TICKET_BYTES);
      tickets.set(ticket, { videoId, endsMs: clock.nowMs() + TICKET_MS });
      if (tickets.size > TICKETS_MAX) tickets.delete(tickets.keys().next().value!);
      return `${DOWNLOAD_PATH}/${ticket}`;
    },
    async redeem(ticket, { begin, write, signal }) {
      const held = tickets.get(ticket);
      tickets.delete(ticket);
      if (!held || held.endsMs < clock.nowMs()) {
        throw new VStackError('not_found', 'This download link was used already or is older than a minute. Click "Download" again in the control center.');
      }
      await exportVideo({ manifest: () => manifestOf(held.videoId, signal), begin, write, signal });
    },
  };
};
