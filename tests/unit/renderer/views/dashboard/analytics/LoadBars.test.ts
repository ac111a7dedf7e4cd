// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import LoadBars from '../../../../../../renderer/views/dashboard/analytics/LoadBars.vue';
import { metricSummary } from '../../../../../fixtures/scripted-door/measurements.ts';

const nodes = metricSummary().nodes.slice(0, 2).map((node, index) => ({ ...node, readBytes: [3_000_000, 1_000_000][index]! }));
const show = (overrides: Parameters<typeof metricSummary>[0] = {}) => mount(LoadBars, { props: { summary: metricSummary({ nodes, readBytes: 4_000_000, ...overrides }) } });

test('each node has its mark, its colour and its bytes, and the line across shows an even spread', () => {
  const load = show();
  const rows = load.findAll('li');
  expect(rows.map((row) => row.get('.mark').text())).toEqual(['1', '2']);
  expect(rows.map((row) => row.get<HTMLElement>('.bar').element.style.inlineSize)).toEqual(['100%', `${100 / 3}%`]);
  expect(rows[1]!.get('.bar').attributes('style')).toContain('var(--n2)');
  expect(parseFloat(load.get<HTMLElement>('.even').element.style.insetInlineStart)).toBeCloseTo(200 / 3);
  expect(load.text()).toContain('deviation 8.3 % of the mean');
});

test('before anything was read there is no spread to speak of', () => {
  const load = show({ readBytes: 0, loadDeviation: null, nodes: nodes.map((node) => ({ ...node, readBytes: 0 })) });
  expect(load.text()).toContain('nothing was read yet');
  expect(load.find('.even').exists()).toBe(false);
});
