// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import BlockLines from '../../../../../renderer/components/charts/BlockLines.vue';
import { blocksOf, pointScale } from '../../../../../renderer/comparison/block-points.ts';
import { metricFigure } from '../../../../../renderer/comparison/metrics.ts';
import type { ClientKind } from '../../../../../runtime/contract/client-kind.ts';
import { makeSession } from '../../../../fixtures/comparison.ts';

const clients: ClientKind[] = ['smart', 'naive'];
const points = [
  makeSession({ block: 0, client: 'smart', startupMs: 400 }), makeSession({ block: 0, client: 'naive', startupMs: 1_600 }),
  makeSession({ block: 1, client: 'smart', startupMs: 500 }), makeSession({ block: 1, client: 'naive', startupMs: 15_000, isStarted: false }),
  makeSession({ block: 2, client: 'smart', startupMs: 450, outcome: 'failed' }),
];
const blocks = blocksOf(points, clients, 'start-up');
const show = () => mount(BlockLines, { props: { label: 'Start-up time', blocks, clients, scale: pointScale(blocks, 'start-up'), format: (value: number) => metricFigure(value, 'start-up') } });

test('every block is a line, and every session a dot; a bound and a failure look different', () => {
  const lines = show();
  expect(lines.findAll('path.line')).toHaveLength(3);
  expect(lines.findAll('circle.dot')).toHaveLength(4);
  expect(lines.findAll('path.bound')).toHaveLength(1);
  expect(lines.findAll('circle.hollow')).toHaveLength(1);
});

test('medians are told until a block is looked at', () => {
  const lines = show();
  expect(lines.get('.told').text()).toContain('Median');
  expect(lines.findAll('.told .value').map((value) => value.text())).toEqual(['450 ms', '8.30 s']);
});

test('the arrow keys go from block to block, and say their figures', async () => {
  const lines = show();
  const slider = lines.get('input');
  expect(slider.attributes()).toMatchObject({ 'aria-label': 'Start-up time, block', min: '0', max: '2', 'aria-valuetext': 'Block 3: Smart 450 ms, Naive no figure' });
  await slider.trigger('focus');
  expect(lines.findAll('.told .value').map((value) => value.text())).toEqual(['450 ms', '–']);
  await slider.setValue('1');
  expect(slider.attributes('aria-valuetext')).toBe('Block 2: Smart 500 ms, Naive ≥ 15.00 s');
  expect(lines.get('.told').text()).toContain('Block 2');
  expect(lines.find('path.chosen').exists()).toBe(true);
  await slider.trigger('blur');
  expect(lines.get('.told').text()).toContain('Median');
});

test('without blocks there is nothing to go along', () => {
  const empty = mount(BlockLines, { props: { label: 'Start-up time', blocks: [], clients, scale: pointScale([], 'start-up'), format: (value: number) => metricFigure(value, 'start-up') } });
  expect(empty.find('input').exists()).toBe(false);
  expect(empty.findAll('.told .value').map((value) => value.text())).toEqual(['–', '–']);
});
