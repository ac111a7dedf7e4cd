// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, test } from 'vitest';
import LinkGates from '../../../../../renderer/views/network/LinkGates.vue';
import LinkLane from '../../../../../renderer/views/network/LinkLane.vue';
import LinkProfile from '../../../../../renderer/views/network/LinkProfile.vue';
import NumberField from '../../../../../renderer/views/network/NumberField.vue';
import { changeLink, type LinkChange, type LinkSettings, normalLink, type Partition } from '../../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../../runtime/contract/network.ts';
import { linkSample, ownProfile } from '../../../../fixtures/scripted-door/network-states.ts';
import { allInPage, mountAttached, point } from '../../components/attached.ts';

const settings = (change: LinkChange = {}): LinkSettings => changeLink(normalLink, change);

describe('the gates of a link', () => {
  const gatesOf = (...all: LinkSettings[]) => mount(LinkGates, { props: { who: 'node-2', settings: all } });
  const pressed = (gates: ReturnType<typeof gatesOf>) => gates.findAll('button').map((button) => button.attributes('aria-pressed'));

  test('are named, and say whether they are shut', () => {
    const gates = gatesOf(settings({ partition: 'to-client' }));
    expect(gates.findAll('button').map((button) => button.attributes('aria-label'))).toEqual(['Partition to client, node-2', 'Partition to node, node-2', 'Node failure, node-2']);
    expect(pressed(gates)).toEqual(['true', 'false', 'false']);
    expect(pressed(gatesOf(settings({ partition: 'both', isFailed: true })))).toEqual(['true', 'true', 'true']);
    expect(pressed(gatesOf(settings({ partition: 'to-node' }), settings({ isFailed: true })))).toEqual(['false', 'mixed', 'mixed']);
  });

  test.each<[Partition, number, Partition]>([
    ['none', 0, 'to-client'], ['none', 1, 'to-node'], ['to-client', 1, 'both'], ['to-node', 0, 'both'], ['both', 0, 'to-node'], ['both', 1, 'to-client'], ['to-client', 0, 'none'], ['to-node', 1, 'none'],
  ])('from %s, gate %i leads to %s', async (from, index, to) => {
    const gates = gatesOf(settings({ partition: from }));
    await gates.findAll('button')[index]!.trigger('click');
    expect(gates.emitted('set')).toEqual([[{ partition: to }, 'The partition']]);
  });

  test('that are shut for some are shut for all by one press', async () => {
    const gates = gatesOf(settings(), settings({ isFailed: true }));
    await gates.findAll('button')[2]!.trigger('click');
    expect(gates.emitted('set')).toEqual([[{ isFailed: true }, 'The failure']]);
  });
});

describe('the picture of a link', () => {
  const lane = (change: LinkChange, props: Record<string, unknown> = {}) => mount(LinkLane, { props: { settings: settings(change), colour: 'red', sample: linkSample(1), ...props } });
  const widths = (of: ReturnType<typeof lane>) => of.findAll('line').map((line) => Number(line.attributes('stroke-width')));

  test('is as wide as its traffic in each direction', () => {
    const [down, up] = widths(lane({}));
    expect(down).toBeGreaterThan(3);
    expect(up).toBe(1.5);
    expect(widths(lane({}, { sample: undefined }))).toEqual([1, 1]);
  });
  test('is dashed where it loses, in that direction only', () => {
    const of = lane({ toClient: { loss: { model: 'bernoulli', share: 0.1 } } });
    expect(of.findAll('line').map((line) => line.attributes('stroke-dasharray') !== undefined)).toEqual([true, false]);
  });
  test('has more dots under way on a longer way, by what is measured or else by what is set', () => {
    const dots = (of: ReturnType<typeof lane>): number => of.findAll('.to-client .run').length;
    expect(dots(lane({}, { rttMs: 1 }))).toBe(1);
    expect(dots(lane({}, { rttMs: 600 }))).toBe(4);
    expect(dots(lane({ toNode: { latencyMs: 300 }, toClient: { latencyMs: 300 } }))).toBe(4);
  });
  test('holds what waits before a partition, on that line only, and says how much', () => {
    const sample = linkSample(1);
    const of = lane({ partition: 'to-client' }, { sample: { ...sample, counters: { ...sample.counters!, heldBytes: 1_363_149 } } });
    expect([of.findAll('.to-client .queue i').length, of.findAll('.to-node .queue').length, of.findAll('.gate').length, of.get('.word').text()]).toEqual([5, 0, 1, '1.30 MiB held']);
    expect(lane({ partition: 'both' }).findAll('.gate')).toHaveLength(2);
    expect(lane({ partition: 'to-node' }).get('.word').text()).toBe('held');
  });
  test('is broken where the node fails, and still where the node is gone', () => {
    const failed = lane({ isFailed: true });
    expect([failed.get('.word').text(), failed.get('.break').text(), failed.findAll('.run').length]).toEqual(['refused', '✕', 0]);
    const gone = lane({}, { isNodeUp: false });
    expect([gone.find('.word').exists(), gone.findAll('.run').length, gone.classes('cut')]).toEqual([false, 0, true]);
  });
  test('is for the eye: its words stand beside it', () => expect(lane({}).attributes('aria-hidden')).toBe('true'));
});

describe('the profile of a link', () => {
  const open = async (current: string | null = '3g') => {
    const profile = mountAttached(LinkProfile, { props: { look: { tone: 'warn', word: '3G', full: '3G' }, who: 'node-2', profiles: [...builtInProfiles, ownProfile()], current } });
    await point(profile.get('button').element);
    return profile;
  };
  const item = (text: string): HTMLElement => allInPage('[role="menuitem"]').find((element) => element.textContent?.includes(text))!;

  test('is named, and opens the list of all, one\'s own first', async () => {
    const profile = await open();
    expect(profile.get('button').attributes('aria-label')).toBe('Profile of node-2: 3G');
    expect(allInPage('.float-label').map((label) => label.textContent)).toEqual(['Your own', 'Built in']);
    expect(allInPage('[role="menuitem"]')).toHaveLength(builtInProfiles.length + 3);
  });
  test('is applied by choosing it; clearing and saving stand in the same list', async () => {
    const profile = await open();
    await point(item('LTE'));
    expect(profile.emitted('apply')).toEqual([[builtInProfiles.find(({ id }) => id === 'lte')]]);
    await point(profile.get('button').element);
    await point(item('Clear'));
    await point(profile.get('button').element);
    await point(item('Save as profile…'));
    expect([profile.emitted('clear'), profile.emitted('save')]).toEqual([[[]], [[]]]);
  });
});

describe('a number with its unit', () => {
  const field = (props: Record<string, unknown> = {}) => mount(NumberField, { props: { label: 'Slow close', value: 10, min: 0, max: 60_000, unit: 'ms', ...props } });
  const typed = async (text: string, props: Record<string, unknown> = {}) => {
    const of = field(props);
    of.get('input').element.value = text;
    await of.get('input').trigger('change');
    return { sets: of.emitted('set')?.flat() ?? [], shown: of.get('input').element.value };
  };
  test('is taken within its bounds, with a comma or a point', async () => {
    expect(await typed('2,5')).toEqual({ sets: [2.5], shown: '2.5' });
    expect(await typed('99999999')).toEqual({ sets: [60_000], shown: '60000' });
  });
  test.each(['', 'soon', '10'])('"%s" changes nothing', async (text) => expect(await typed(text)).toEqual({ sets: [], shown: '10' }));
  test('has its label and its hint tied to it', () => {
    const of = field({ hint: 'lingers' });
    const { id } = of.get('input').element;
    expect([of.get('label').attributes('for'), of.get(`#${of.get('input').attributes('aria-describedby')!}`).text()]).toEqual([id, 'lingers']);
  });
  test('shows shares as people write them', () => expect(field({ value: 100 * 0.07 }).get('input').element.value).toBe('7'));
});

