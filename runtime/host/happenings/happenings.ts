/** Everything that is told as a happening, from wherever the host hears of it. */
import type { ClusterStatus } from '../../contract/control/cluster.ts';
import type { PlaybackChunk, PlaybackSession } from '../../contract/control/playback.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { EventHub } from '../event-hub.ts';
import { changesBetween } from './changes.ts';
import { openHappenings, type HappeningStore } from './happening-store.ts';
import { failOverNews, stallNews } from './playback-news.ts';
import { createUploadNews } from './upload-news.ts';

export interface Happenings extends HappeningStore {
  /** After every change of a phase: each step is told, however quickly the next one follows. */
  takeStatus(status: ClusterStatus): void;
  takeStall(session: PlaybackSession, count: number): void;
  takeFailOver(session: PlaybackSession, chunk: PlaybackChunk): void;
  takeDeletion(title: string): void;
  takeRestore(title: string): void;
}

export interface HappeningsOptions {
  file: string;
  clock: Clock;
  log: Logger;
  events: EventHub;
  /** Sends the status at once. */
  tellStatus(): void;
}

export const openHostHappenings = async ({ file, clock, log, events, tellStatus }: HappeningsOptions): Promise<Happenings> => {
  const store = await openHappenings({ file, clock, log, emit: (data) => events.emit('events:added', data) });
  const uploadNews = createUploadNews(clock.wallMs());
  let before: ClusterStatus | null = null;
  events.on('uploads:changed', ({ uploads }) => store.add(...uploadNews(uploads, clock.wallMs())));

  return {
    ...store,
    takeStatus(status) {
      const news = changesBetween(before, status);
      before = status;
      // Who reads that a node is ready again must also see it ready, and not a quarter of a second later.
      if (news.length > 0) tellStatus();
      store.add(...news);
    },
    takeStall: (session, count) => store.add(stallNews(session, count)),
    takeFailOver: (session, chunk) => store.add(failOverNews(session, chunk)),
    takeDeletion: (title) => store.add({ kind: 'video-deleted', tone: 'idle', subject: null, text: `“${title}” was deleted` }),
    takeRestore: (title) => store.add({ kind: 'video-restored', tone: 'ok', subject: null, text: `“${title}” was restored` }),
  };
};
