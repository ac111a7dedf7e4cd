/** Tells in words how links are set, once a hand has come to rest: a slider that is dragged is one change. */
import { isSameLink, normalLink, type LinkSettings } from '../../contract/link.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { News } from '../happenings/changes.ts';
import { linkText } from '../../contract/link-words.ts';

export const REST_MS = SECOND_MS;

export interface LinkNewsParts {
  clock: Clock;
  links(): readonly { nodeId: string; settings: LinkSettings }[];
  /** The name of the profile with these settings, if there is one. */
  profileName(settings: LinkSettings): string | undefined;
  add(...news: News[]): void;
}

export interface LinkNews {
  /** Something about the links changed. */
  take(): void;
  /** How they are now was told otherwise. */
  settle(): void;
  stop(): void;
}

export const createLinkNews = ({ clock, links, profileName, add }: LinkNewsParts): LinkNews => {
  let told = new Map<string, LinkSettings>();
  let cancel = (): void => {};

  const newsOf = (subject: string | null, settings: LinkSettings): News => {
    const name = profileName(settings);
    const link = subject === null ? 'Every link' : 'link';
    if (isSameLink(settings, normalLink)) return { kind: 'link-changed', tone: 'ok', subject, text: `${link} is normal again` };
    const text = `${link} is now ${name === undefined ? '' : `“${name}”: `}${linkText(settings)}`;
    return { kind: 'link-changed', tone: settings.isFailed || settings.partition !== 'none' ? 'bad' : 'warn', subject, text };
  };

  const settle = (): void => {
    cancel();
    told = new Map(links().map(({ nodeId, settings }) => [nodeId, settings]));
  };

  const tell = (): void => {
    const now = links();
    const changed = now.filter(({ nodeId, settings }) => !isSameLink(told.get(nodeId) ?? normalLink, settings));
    settle();
    const [first] = changed;
    if (!first) return;
    const isEvery = now.length > 1 && changed.length === now.length && changed.every(({ settings }) => isSameLink(settings, first.settings));
    add(...(isEvery ? [newsOf(null, first.settings)] : changed.map(({ nodeId, settings }) => newsOf(nodeId, settings))));
  };

  return {
    take() {
      cancel();
      cancel = clock.after(REST_MS, tell);
    },
    settle,
    stop: () => cancel(),
  };
};
