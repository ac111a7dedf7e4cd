// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { h } from 'vue';
import Amount from '../../../../renderer/components/Amount.vue';
import Badge from '../../../../renderer/components/Badge.vue';
import { badgeTones } from '../../../../renderer/components/badge.ts';
import Figure from '../../../../renderer/components/Figure.vue';
import FigureStrip from '../../../../renderer/components/FigureStrip.vue';
import Icon from '../../../../renderer/components/Icon.vue';
import { icons } from '../../../../renderer/components/icons.ts';
import Kbd from '../../../../renderer/components/Kbd.vue';
import MarkedText from '../../../../renderer/components/MarkedText.vue';
import NodeMark from '../../../../renderer/components/NodeMark.vue';
import Skeleton from '../../../../renderer/components/Skeleton.vue';
import Status from '../../../../renderer/components/Status.vue';
import TabLabel from '../../../../renderer/components/TabLabel.vue';
import { bytes } from '../../../../renderer/format/quantity.ts';
import type { Tone } from '../../../../renderer/theme/status.ts';
import { mountAttached } from './attached.ts';

describe('Amount', () => {
  test('sets number and unit apart with a narrow space that does not break', () => {
    const amount = mountAttached(Amount, { props: { of: bytes(189 * 1024 * 1024) } });
    expect(amount.element.textContent).toBe('189\u202fMiB');
    expect(amount.find('.unit').text()).toBe('MiB');
    expect(amount.classes()).toContain('num');
  });
  test('draws a dash without a unit where nothing is known', () => {
    const amount = mountAttached(Amount, { props: { of: bytes(null) } });
    expect(amount.text()).toBe('–');
    expect(amount.find('.unit').exists()).toBe(false);
  });
});

describe('Badge', () => {
  test.each(badgeTones)('with the tone %s still says its word', (tone) => {
    const badge = mountAttached(Badge, { props: { text: 'Leader', tone } });
    expect(badge.text()).toBe('Leader');
    expect(badge.classes()).toContain(tone);
  });
});

describe('Status', () => {
  const tones: Tone[] = ['ok', 'warn', 'bad', 'idle', 'busy'];
  const shapeOf = (tone: Tone): string => mountAttached(Status, { props: { tone, word: 'Word' } }).find('path').attributes('d')!;

  test.each(tones)('%s has a word beside its shape, and the shape is silent', (tone) => {
    const status = mountAttached(Status, { props: { tone, word: 'Ready' } });
    expect(status.text()).toBe('Ready');
    expect(status.find('svg').attributes('aria-hidden')).toBe('true');
  });
  test('no two tones share a shape, so that colour is never the only sign', () => {
    expect(new Set(tones.map(shapeOf)).size).toBe(tones.length);
  });
});

describe('NodeMark', () => {
  test('shows the number of the node on its colour', () => {
    const mark = mountAttached(NodeMark, { props: { nodeId: 'node-3' } });
    expect(mark.text()).toBe('3');
    expect(mark.attributes('style')).toContain('var(--n3)');
    expect(mark.attributes('aria-hidden')).toBe('true');
  });
  test('is hollow while the node does not run', () => {
    expect(mountAttached(NodeMark, { props: { nodeId: 'node-3', quiet: true } }).classes()).toContain('hollow');
  });
  test('colours come again after eight nodes, numbers do not', () => {
    const mark = mountAttached(NodeMark, { props: { nodeId: 'node-12' } });
    expect(mark.text()).toBe('12');
    expect(mark.attributes('style')).toContain('var(--n4)');
  });
});

describe('Icon', () => {
  test.each(Object.keys(icons) as (keyof typeof icons)[])('%s is drawn within its grid and silent', (name) => {
    const icon = mountAttached(Icon, { props: { name, size: 12 } });
    expect(icon.attributes()).toMatchObject({ 'aria-hidden': 'true', width: '12', height: '12' });
    expect(icon.find('path').attributes('d')).toMatch(/^M[\dMmLlHhVvAaCcSsZz\s.,-]+$/);
  });
});

describe('Figure', () => {
  test('is a name and its value, with a note where there is one', () => {
    const figure = mountAttached(Figure, { props: { label: 'On disk', value: '189', unit: 'MiB', note: '2.92 MiB video' } });
    expect(figure.find('dt').text()).toContain('On disk');
    expect(figure.find('dd').text()).toBe('189MiB');
    expect(figure.find('.note').text()).toBe('2.92 MiB video');
  });
  test('keeps no room for a unit or a note that is not there', () => {
    const figure = mountAttached(Figure, { props: { label: 'Restarts', value: '0' } });
    expect(figure.find('small').exists()).toBe(false);
    expect(figure.find('.note').exists()).toBe(false);
  });
});

describe('FigureStrip', () => {
  test('is a named list of its figures', () => {
    const strip = mountAttached({ render: () => h(FigureStrip, { label: 'Figures of the cluster' }, () => [h(Figure, { label: 'Nodes', value: '5' }), h(Figure, { label: 'Restarts', value: '0' })]) });
    expect([strip.element.tagName, strip.attributes('aria-label')]).toEqual(['DL', 'Figures of the cluster']);
    expect(strip.findAll('dt').map((name) => name.text())).toEqual(['Nodes', 'Restarts']);
  });
});

describe('MarkedText', () => {
  const marked = (text: string, pattern: RegExp | null) => mountAttached({ render: () => h('p', h(MarkedText, { text, pattern })) });

  test('marks every place that a search finds, and loses nothing of the rest', () => {
    const found = marked('node-3 asks node-1', /node-\d/g);
    expect(found.findAll('mark').map((mark) => mark.text())).toEqual(['node-3', 'node-1']);
    expect(found.element.textContent).toBe('node-3 asks node-1');
  });
  test('is only the text while nothing is searched, or nothing found', () => {
    expect(marked('node-3 <b>', null).element.innerHTML).toContain('node-3 &lt;b&gt;');
    expect(marked('node-3', /paxos/g).find('mark').exists()).toBe(false);
  });
});

describe('TabLabel', () => {
  test('bears a sign and a count only where there are any, zero among them', () => {
    const plainTab = mountAttached(TabLabel, { props: { tab: { key: 'a', label: 'Chart' } } });
    expect([plainTab.text(), plainTab.find('svg').exists(), plainTab.find('.count').exists()]).toEqual(['Chart', false, false]);
    const counted = mountAttached(TabLabel, { props: { tab: { key: 'b', label: 'Logs', icon: 'lines', count: 0 } } });
    expect([counted.find('svg').exists(), counted.get('.count').text()]).toEqual([true, '0']);
  });
});

describe('Kbd', () => {
  test('draws each key for itself', () => {
    const kbd = mountAttached(Kbd, { props: { keys: 'Ctrl  Shift K' } });
    expect(kbd.findAll('kbd').map((key) => key.text())).toEqual(['Ctrl', 'Shift', 'K']);
  });
});

describe('Skeleton', () => {
  test('holds as many lines as will come, and says nothing', () => {
    const skeleton = mountAttached(Skeleton, { props: { lineCount: 3, width: '120px' } });
    expect(skeleton.findAll('i')).toHaveLength(3);
    expect(skeleton.attributes('aria-hidden')).toBe('true');
    expect(skeleton.attributes('style')).toContain('120px');
  });
});
