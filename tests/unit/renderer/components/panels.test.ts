// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest';
import Card from '../../../../renderer/components/Card.vue';
import Disclosure from '../../../../renderer/components/Disclosure.vue';
import EmptyState from '../../../../renderer/components/EmptyState.vue';
import EntryList from '../../../../renderer/components/EntryList.vue';
import Progress from '../../../../renderer/components/Progress.vue';
import { mountAttached, settle } from './attached.ts';

afterEach(() => vi.restoreAllMocks());

describe('Card', () => {
  test('is a region named by its title, with a hint and actions', () => {
    const card = mountAttached(Card, { props: { title: 'Processes', hint: '7 running' }, slots: { actions: '<button>Add</button>', default: 'Body' } });
    expect(card.find(`#${card.attributes('aria-labelledby')}`).text()).toBe('Processes');
    expect(card.find('header').text()).toContain('7 running');
    expect(card.find('header button').exists()).toBe(true);
    expect(card.find('.body').text()).toBe('Body');
  });

  const overflow = (contentPx: number): void => {
    vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(contentPx);
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(200);
  };
  test('whose content is taller than itself can be scrolled with the keyboard', async () => {
    overflow(900);
    const card = mountAttached(Card, { props: { title: 'Events' }, slots: { default: '<p>Long</p>' } });
    await settle();
    const body = card.find('.body');
    expect(body.attributes('tabindex')).toBe('0');
    expect(card.find(`#${body.attributes('aria-labelledby')}`).text()).toBe('Events');
  });
  test('is no stop of the Tab key while all of it is seen, or while something in it takes the focus', async () => {
    overflow(900);
    const withButton = mountAttached(Card, { props: { title: 'Events' }, slots: { default: '<button>Open</button>' } });
    await settle();
    expect(withButton.find('.body').attributes('tabindex')).toBeUndefined();
    overflow(200);
    const short = mountAttached(Card, { props: { title: 'Events' }, slots: { default: '<p>Short</p>' } });
    await settle();
    expect(short.find('.body').attributes('tabindex')).toBeUndefined();
  });
});

describe('EmptyState', () => {
  test('tells what will be here and offers the next action', () => {
    const state = mountAttached(EmptyState, { props: { title: 'No videos yet', icon: 'library' }, slots: { default: 'Drop a file.', actions: '<button>Upload</button>' } });
    expect(state.find('h2').text()).toBe('No videos yet');
    expect(state.text()).toContain('Drop a file.');
    expect(state.find('.actions button').exists()).toBe(true);
    expect(state.find('[role="alert"]').exists()).toBe(false);
  });
  test('a failure is read out', () => {
    const state = mountAttached(EmptyState, { props: { title: 'The launch failed', tone: 'bad' }, slots: { default: 'Port 8081 is taken.' } });
    expect(state.get('[role="alert"]').text()).toContain('Port 8081 is taken.');
  });
  test('its heading is the first of the page where it is all the page has', () => {
    expect(mountAttached(EmptyState, { props: { title: 'Not signed in', level: 1 } }).find('h1').text()).toBe('Not signed in');
  });
  test('keeps no room for actions and details that are not there', () => {
    const state = mountAttached(EmptyState, { props: { title: 'Nothing' } });
    expect(state.find('.actions').exists()).toBe(false);
    expect(state.find('.details').exists()).toBe(false);
  });
});

describe('EntryList', () => {
  test('is a list of its entries', () => {
    expect(mountAttached(EntryList, { slots: { default: '<li>One</li><li>Two</li>' } }).findAll('ol > li')).toHaveLength(2);
  });
  test('tells what will stand there while it is empty, and is no list then', () => {
    const list = mountAttached(EntryList, { props: { isEmpty: true, nothing: 'No events yet' } });
    expect(list.text()).toBe('No events yet');
    expect(list.element.tagName).toBe('P');
  });
});

describe('Progress', () => {
  const bar = (props: { value?: number | null; tone?: 'ok' | 'bad' }) => mountAttached(Progress, { props: { label: 'Launch', ...props } });

  test('says how far it is', () => {
    const progress = bar({ value: 62.4 });
    expect(progress.attributes()).toMatchObject({ role: 'progressbar', 'aria-label': 'Launch', 'aria-valuenow': '62', 'aria-valuemin': '0', 'aria-valuemax': '100' });
    expect(progress.get('.bar').attributes('style')).toContain('62.4%');
  });
  test('without a value says only that something is going on', () => {
    const progress = bar({ value: null });
    expect(progress.attributes('aria-valuenow')).toBeUndefined();
    expect(progress.get('.bar').classes()).toContain('unknown');
  });
  test('never draws beyond its ends', () => {
    expect(bar({ value: 140 }).get('.bar').attributes('style')).toContain('100%');
    expect(bar({ value: -3 }).get('.bar').attributes('style')).toMatch(/inline-size: 0%/);
  });
  test('takes its tone', () => {
    expect(bar({ value: 10, tone: 'bad' }).classes()).toContain('bad');
  });
});

describe('Disclosure', () => {
  test('opens with its heading and tells whoever asked', async () => {
    const disclosure = mountAttached(Disclosure, { props: { title: 'Details', hint: '3 lines' }, slots: { default: 'Inside' } });
    expect(disclosure.attributes('open')).toBeUndefined();
    const details = disclosure.element as HTMLDetailsElement;
    details.open = true;
    await disclosure.trigger('toggle');
    expect(disclosure.emitted('update:open')).toEqual([[true]]);
    expect(disclosure.get('summary').text()).toContain('3 lines');
  });
});
