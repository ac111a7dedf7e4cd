// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { provideBridge } from '../../../../renderer/bridge/bridge.ts';
import LogRow from '../../../../renderer/components/LogRow.vue';
import LogSources from '../../../../renderer/components/LogSources.vue';
import LogToolbar from '../../../../renderer/components/LogToolbar.vue';
import LogView from '../../../../renderer/components/LogView.vue';
import { allLines, type LogFilter } from '../../../../renderer/logs/filter.ts';
import { useClusterStore } from '../../../../renderer/stores/cluster.ts';
import { useLogStore } from '../../../../renderer/stores/logs.ts';
import type { LogLine } from '../../../../runtime/contract/control/logs.ts';
import { logLines } from '../../../fixtures/scripted-door/cluster-states.ts';
import { clusterStatus } from '../../../fixtures/scripted-door/states.ts';
import { type FakeBridge, fakeBridge } from '../fake-bridge.ts';

const line = (overrides: Partial<LogLine> = {}): LogLine => ({ ...logLines(1, 1)[0]!, level: 'warn', source: 'node-3', message: 'a timeout', fields: { code: 'slow', took_ms: 12 }, ...overrides });

describe('a line', () => {
  test('says level, source and message in words, and its fields behind them', () => {
    const row = mount(LogRow, { props: { entry: line(), pattern: null } });
    expect(row.classes()).toContain('warn');
    expect(row.get('.level').text()).toBe('warn');
    expect(row.get('.source').text()).toContain('node-3');
    expect(row.get('.text').text()).toBe('a timeoutcode=slow took_ms=12');
  });
  test('marks what is searched, in the message and in the fields', () => {
    const row = mount(LogRow, { props: { entry: line(), pattern: /time|slow/gi } });
    expect(row.findAll('mark').map((mark) => mark.text())).toEqual(['time', 'slow']);
  });
  test('opened, lists its fields', () => {
    const row = mount(LogRow, { props: { entry: line({ fields: { hosts: ['a', 'b'] } }), pattern: null, isOpen: true } });
    expect([row.get('dt').text(), row.get('dd').text()]).toEqual(['hosts', '["a","b"]']);
  });
  test('that is a gap says how many are missing', () => {
    expect(mount(LogRow, { props: { entry: { gapCount: 312, atMs: 0 }, pattern: null } }).text()).toBe('312 lines were left out');
  });
});

describe('the choice of processes', () => {
  const open = (modelValue: readonly string[]) => mount(LogSources, { props: { sources: ['metadata', 'node-10', 'node-2'], modelValue } });

  test('has nodes by number before services, and keeps a chosen one that is silent', () => {
    expect(open(['node-1']).findAll('[aria-pressed]').map((button) => button.attributes('aria-label'))).toEqual(['node-1', 'node-2', 'node-10', 'metadata']);
  });
  test('adds, takes away, and goes back to all', async () => {
    const sources = open(['node-2']);
    await sources.get('[aria-label="metadata"]').trigger('click');
    await sources.get('[aria-label="node-2"]').trigger('click');
    await sources.get('.all').trigger('click');
    expect(sources.emitted('update:modelValue')).toEqual([[['node-2', 'metadata']], [['metadata']], [[]]]);
  });
});

describe('the toolbar', () => {
  const open = (filter: Partial<LogFilter>, props: object = {}) =>
    mount(LogToolbar, { props: { sources: [], filter: { ...allLines, ...filter }, wrapped: false, ...props } });

  test('searches what is typed, and steps with Enter', async () => {
    const toolbar = open({ search: 'x' }, { found: '3 found' });
    const input = toolbar.get('input');
    await input.setValue('xy');
    await input.trigger('keydown', { key: 'Enter' });
    await input.trigger('keydown', { key: 'Enter', shiftKey: true });
    expect(toolbar.emitted('update:filter')).toEqual([[{ ...allLines, search: 'xy' }]]);
    expect(toolbar.emitted('step')).toEqual([[1], [-1]]);
    expect(toolbar.get('[role="status"]').text()).toBe('3 found');
  });
  test('tells what is wrong with the pattern, tied to its field', () => {
    const toolbar = open({ search: '(' }, { problem: 'Unterminated group' });
    const alert = toolbar.get('[role="alert"]');
    expect(alert.text()).toContain('Unterminated group');
    expect(toolbar.get('input').attributes()).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': alert.attributes('id') });
  });
  test('pauses, and follows again', async () => {
    const running = open({});
    await running.get('.follow').trigger('click');
    const held = open({}, { isHeld: true });
    await held.get('.follow').trigger('click');
    expect([running.emitted('pause')?.length, held.emitted('follow')?.length, held.get('.follow').text()]).toEqual([1, 1, 'Follow']);
  });
});

describe('the view', () => {
  let bridge: FakeBridge;
  const nextVersion = async (): Promise<void> => {
    const store = useLogStore();
    const before = store.version;
    await expect.poll(() => store.version).toBeGreaterThan(before);
    await flushPromises();
  };
  beforeEach(() => {
    bridge = fakeBridge({ 'logs:query': () => ({ lines: Array.from({ length: 20 }, (_, index) => line({ sequence: index + 1, message: `message ${index + 1}` })) }) });
    provideBridge(bridge);
    setActivePinia(createPinia());
  });

  test('stands still while a line is looked at, counts what waits, and follows again', async () => {
    const view = mount(LogView, { props: { filter: allLines } });
    await nextVersion();
    expect(view.findAll('.line')).toHaveLength(20);
    await view.findAll('.line')[3]!.trigger('click');
    bridge.emit('logs:lines', { lines: [line({ sequence: 21, message: 'late' }), line({ sequence: 22, level: 'debug' })], droppedCount: 0 });
    await nextVersion();
    expect([view.findAll('.line').length, view.get('.waiting').text()]).toEqual([20, '1 new line']);
    await view.get('.waiting').trigger('click');
    expect([view.findAll('.line').length, view.find('.waiting').exists()]).toEqual([21, false]);
    view.unmount();
  });
  test('offers every process of the cluster, also one that has said nothing yet', async () => {
    useClusterStore().apply(clusterStatus());
    const view = mount(LogView, { props: { filter: allLines } });
    await nextVersion();
    const labels = view.get('.sources').findAll('[aria-pressed]').map((button) => button.attributes('aria-label'));
    expect(labels).toEqual(['node-1', 'node-2', 'node-3', 'node-4', 'node-5', 'host', 'metadata', 'uploader']);
    view.unmount();
  });
  test('of one process shows no other, and ends its subscription with it', async () => {
    const view = mount(LogView, { props: { filter: allLines, source: 'node-9' } });
    await nextVersion();
    expect(view.findAll('.line')).toHaveLength(0);
    expect(view.text()).toContain('No line fits the filter');
    view.unmount();
    bridge.emit('logs:lines', { lines: [line({ sequence: 21 })], droppedCount: 0 });
    expect(useLogStore().ring.end).toBe(20);
  });
});
