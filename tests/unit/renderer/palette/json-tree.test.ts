// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { previewOf } from '../../../../renderer/palette/json-tree.ts';
import JsonTree from '../../../../renderer/palette/JsonTree.vue';

test('leaves stand as they do in JSON', () => {
  const tree = mount(JsonTree, { props: { value: { a: 'x', b: 1, c: null, d: true } } });
  expect(tree.text().replace(/\s+/g, ' ')).toBe('a "x"b 1c nulld true');
});

test('branches open and close, and a closed one tells what is in it', async () => {
  const tree = mount(JsonTree, { props: { value: { nodes: [{ nodeId: 'node-1' }], other: 1 } } });
  const branch = tree.get('button');
  expect(branch.attributes('aria-expanded')).toBe('false');
  expect(branch.text()).toBe('nodes1 entry');
  await branch.trigger('click');
  expect(branch.attributes('aria-expanded')).toBe('true');
  expect(tree.text()).toContain('"node-1"');
});

test('of a long list a part is drawn, and more when asked', async () => {
  const tree = mount(JsonTree, { props: { value: Array.from({ length: 120 }, (_, index) => index) } });
  expect(tree.findAll('li')).toHaveLength(51);
  await tree.get('button.more').trigger('click');
  expect(tree.findAll('li')).toHaveLength(101);
});

test('an empty one says so', () => expect(mount(JsonTree, { props: { value: [] } }).text()).toBe('nothing'));

test.each([[[1, 2], '2 entries'], [[1], '1 entry'], [{}, 'nothing'], [{ a: 1, b: { c: 2 } }, 'a: 1, b']])('%o is told as %s', (value, text) => expect(previewOf(value)).toBe(text));
