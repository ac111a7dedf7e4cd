/** Playback sessions. */
import type { Handlers } from '../dispatcher.ts';
import type { SessionBook } from '../playback/session-book.ts';

export const playbackHandlers = (sessions: SessionBook) =>
  ({
    'playback:report': (report) => {
      sessions.report(report);
      return {};
    },
    'playback:latest': () => ({ session: sessions.latest() }),
    'playback:sessions': ({ limit }) => ({ sessions: sessions.list(limit).map(({ chunks: _chunks, ...session }) => session) }),
  }) satisfies Partial<Handlers>;
