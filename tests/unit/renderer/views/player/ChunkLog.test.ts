// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import type { HistoryEntry } from '../../../../../renderer/composables/playback.ts';
import ChunkLog from '../../../../../renderer/views/player/ChunkLog.vue';
import { makeManifest } from '../../../../fixtures/manifest.ts';

const chunk = makeManifest().chunks[2]!;
const entry = (overrides: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: 1, chunk, nodeId: 'node-3', tookMs: 240, hedged: false, failedOver: false, why: 'quickest of 3, 230 ms expected', attempts: [{ nodeId: 'node-3', tookMs: 240, error: null }], ...overrides,
});
const show = (...history: HistoryEntry[]) => mount(ChunkLog, { props: { history } });
const badges = (log: ReturnType<typeof show>): string[] => log.findAll('.badge').map((badge) => badge.text());

test('says of each chunk why it came from where it came', () => {
  const log = show(entry());
  expect(log.get('li').text()).toMatch(/node-3.*quickest of 3, 230 ms expected/s);
  expect(badges(log)).toEqual([]);
});

test('marks what was hedged and what failed over, in words, and names who failed and how', () => {
  const log = show(entry({
    hedged: true, failedOver: true, why: 'quickest of 3, 230 ms expected; failed over from node-1',
    attempts: [{ nodeId: 'node-1', tookMs: 700, error: 'was silent for 0.7 s' }, { nodeId: 'node-3', tookMs: 240, error: null }],
  }));
  expect(badges(log)).toEqual(['hedged', 'failed over']);
  expect(log.findAll('.failure').map((line) => line.text())).toEqual(['✕ node-1 was silent for 0.7 s']);
});

test('tells of a chunk that no node gave, with nothing to explain', () => {
  const log = show(entry({ nodeId: null, why: '', attempts: [{ nodeId: 'node-1', tookMs: 5, error: 'answered 500' }] }));
  expect(log.get('li').text()).toContain('No node gave it');
  expect(log.find('.why').exists()).toBe(false);
});
