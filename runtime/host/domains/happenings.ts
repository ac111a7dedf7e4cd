/** What happened. */
import type { Handlers } from '../dispatcher.ts';
import type { Happenings } from '../happenings/happenings.ts';

export const happeningHandlers = (happenings: Happenings) =>
  ({
    'events:list': (query) => ({ events: happenings.list(query) }),
  }) satisfies Partial<Handlers>;
