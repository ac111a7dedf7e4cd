// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import CopyText from '../../../../renderer/components/CopyText.vue';
import KeyValueList from '../../../../renderer/components/KeyValueList.vue';
import { mountAttached, settle } from './attached.ts';

const writeText = vi.fn<(text: string) => Promise<void>>();
beforeEach(() => {
  writeText.mockReset().mockResolvedValue();
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('CopyText', () => {
  test('copies its text and says for a moment that it did', async () => {
    const copy = mountAttached(CopyText, { props: { text: '/home/ada/vstack', label: 'data folder' } });
    expect(copy.get('button').attributes('aria-label')).toBe('Copy data folder');
    await copy.get('button').trigger('click');
    await settle();
    expect(writeText).toHaveBeenCalledWith('/home/ada/vstack');
    expect(copy.get('[role="status"]').text()).toBe('Copied');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(copy.get('[role="status"]').text()).toBe('');
  });
  test('says when it was not allowed to', async () => {
    writeText.mockRejectedValue(new DOMException('not allowed'));
    const copy = mountAttached(CopyText, { props: { text: 'abc' } });
    await copy.get('button').trigger('click');
    await settle();
    expect(copy.get('[role="status"]').text()).toBe('Could not copy');
  });
  test('names the button after the text where there is no better name, and keeps the whole text within reach', () => {
    const copy = mountAttached(CopyText, { props: { text: 'vid-000000000009' } });
    expect(copy.get('button').attributes('aria-label')).toBe('Copy vid-000000000009');
    expect(copy.get('code').attributes('title')).toBe('vid-000000000009');
  });
});

describe('KeyValueList', () => {
  test('pairs every name with its value', () => {
    const list = mountAttached(KeyValueList, { props: { entries: [{ key: 'version', label: 'Version', value: '0.1.0', isCode: true }, { key: 'count', label: 'Nodes', value: 0 }] } });
    expect(list.findAll('dt').map((name) => name.text())).toEqual(['Version', 'Nodes']);
    expect(list.findAll('dd').map((value) => value.text())).toEqual(['0.1.0', '0']);
    expect(list.get('dd span').classes()).toContain('num');
  });
  test.each([null, undefined, ''])('draws a dash for a value that is %s, and offers nothing to copy', (value) => {
    const list = mountAttached(KeyValueList, { props: { entries: [{ key: 'owner', label: 'Owner', value, isCopied: true }] } });
    expect(list.get('dd').text()).toBe('–');
    expect(list.find('button').exists()).toBe(false);
  });
  test('lets a value be copied under its own name', () => {
    const list = mountAttached(KeyValueList, { props: { entries: [{ key: 'data', label: 'Data folder', value: '/data', isCopied: true }] } });
    expect(list.get('button').attributes('aria-label')).toBe('Copy Data folder');
  });
  test('lets the view draw a value', () => {
    const list = mountAttached(KeyValueList, { props: { entries: [{ key: 'state', label: 'State' }] }, slots: { 'value-state': '<b>Ready</b>' } });
    expect(list.get('dd b').text()).toBe('Ready');
  });
});
