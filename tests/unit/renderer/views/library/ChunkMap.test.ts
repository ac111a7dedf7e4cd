// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { useClusterStore } from '../../../../../renderer/stores/cluster.ts';
import ChunkMap from '../../../../../renderer/views/library/ChunkMap.vue';
import { makeManifest } from '../../../../fixtures/manifest.ts';
import { clusterStatus, node } from '../../../../fixtures/scripted-door/states.ts';

const manifest = makeManifest({ segments: [[10], [10], [10]] });
const show = (props: object = {}) => mount(ChunkMap, { props: { manifest, ...props } });

beforeEach(() => {
  setActivePinia(createPinia());
  useClusterStore().apply(clusterStatus());
});

describe('the chunk map', () => {
  test('has a row for every node, also for those that hold nothing, and says what each holds', () => {
    expect(show().findAll('.field li').map((row) => row.attributes('aria-label'))).toEqual([
      'node-1 holds 3 chunks', 'node-2 holds 3 chunks', 'node-3 holds 3 chunks', 'node-4 holds 0 chunks', 'node-5 holds 0 chunks',
    ]);
  });

  test('tells everything about a chunk to whoever walks along it with the keys', async () => {
    const map = show();
    const walk = map.get('input');
    await walk.trigger('focus');
    await walk.setValue(2);
    expect(walk.attributes('aria-valuetext')).toBe('chunk 2, held by node-1, node-2, node-3');
    expect(map.get('.facts').text()).toContain('SHA-256 000000000000…');
    await walk.trigger('blur');
    expect(map.get('.facts').text()).toContain('Point at a chunk');
  });

  test('explains in words only what it shows', async () => {
    const words = (map: ReturnType<typeof show>): string => map.get('.legend').text();
    expect(words(show())).not.toMatch(/down|stored yet/);
    expect(words(show({ totalChunks: 5 }))).toContain('not stored yet');
    useClusterStore().apply(clusterStatus({ children: [node(1), node(2, { phase: 'crashed' })] }));
    expect(words(show())).toContain('held, node down');
    expect(words(show({ reports: new Map() }))).toContain('served');
  });

  test('without a manifest waits quietly', () => {
    expect(show({ manifest: null }).find('input').exists()).toBe(false);
  });
});
