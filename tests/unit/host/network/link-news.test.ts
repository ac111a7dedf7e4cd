import { expect, it } from 'vitest';
import { changeLink, isSameLink, normalLink, type LinkSettings } from '../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';
import type { News } from '../../../../runtime/host/happenings/changes.ts';
import { createLinkNews, REST_MS } from '../../../../runtime/host/network/link-news.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';

const lte = builtInProfiles.find(({ id }) => id === 'lte')!.settings;
const delayed = (ms: number): LinkSettings => changeLink(normalLink, { toClient: { latencyMs: ms } });

const create = () => {
  const clock = createManualClock();
  const told: News[] = [];
  const links = new Map<string, LinkSettings>([['node-1', normalLink], ['node-2', normalLink], ['node-3', normalLink]]);
  const news = createLinkNews({
    clock,
    links: () => [...links].map(([nodeId, settings]) => ({ nodeId, settings })),
    profileName: (settings) => builtInProfiles.find((profile) => isSameLink(profile.settings, settings))?.name,
    add: (...more) => told.push(...more),
  });
  const set = (settings: LinkSettings, ...nodeIds: string[]): void => {
    for (const nodeId of nodeIds) links.set(nodeId, settings);
    news.take();
  };
  const texts = (): string[] => told.splice(0).map(({ subject, text }) => (subject ? `${subject} ${text}` : text));
  return { clock, links, news, set, told, texts };
};

it('tells a slider that is dragged once, when the hand has come to rest', () => {
  const { clock, set, texts } = create();
  for (let ms = 1; ms <= 50; ms++) {
    set(delayed(ms), 'node-2');
    clock.advance(REST_MS / 10);
  }
  expect(texts()).toEqual([]);
  clock.advance(REST_MS);
  expect(texts()).toEqual(['node-2 link is now 50 ms']);
  set(normalLink, 'node-2');
  clock.advance(REST_MS);
  expect(texts()).toEqual(['node-2 link is normal again']);
});

it('says nothing about links that came back to where they were', () => {
  const { clock, set, texts } = create();
  set(delayed(5), 'node-1');
  set({ ...normalLink }, 'node-1');
  clock.advance(REST_MS);
  expect(texts()).toEqual([]);
});

it('says in one line what happened to every link, and names profiles', () => {
  const { clock, set, texts, told } = create();
  set(lte, 'node-1', 'node-2', 'node-3');
  clock.advance(REST_MS);
  expect(told).toEqual([{ kind: 'link-changed', tone: 'warn', subject: null, text: 'Every link is now “LTE”: 70 ms, 12 Mbit/s' }]);
  texts();
  set(normalLink, 'node-1', 'node-2');
  set({ ...lte, partition: 'both' }, 'node-3');
  clock.advance(REST_MS);
  expect(told.map(({ tone }) => tone)).toEqual(['ok', 'ok', 'bad']);
  expect(texts()).toEqual(['node-1 link is normal again', 'node-2 link is normal again', 'node-3 link is now 70 ms, 12 Mbit/s, nothing passes either way']);
});

it('keeps quiet about what was told otherwise, and about nodes that come and go', () => {
  const { clock, links, news, set, texts } = create();
  set(lte, 'node-1');
  news.settle();
  clock.advance(2 * REST_MS);
  links.delete('node-1');
  links.set('node-4', normalLink);
  news.take();
  clock.advance(REST_MS);
  expect(texts()).toEqual([]);
  set(lte, 'node-4');
  news.stop();
  clock.advance(REST_MS);
  expect(texts()).toEqual([]);
});
