// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import ClientMark from '../../../../renderer/components/ClientMark.vue';
import ClientName from '../../../../renderer/components/ClientName.vue';
import VerdictMark from '../../../../renderer/components/VerdictMark.vue';
import { verdictLooks, type VerdictTone } from '../../../../renderer/comparison/verdicts.ts';
import { clientLooks } from '../../../../renderer/theme/clients.ts';
import { CLIENT_KINDS } from '../../../../runtime/contract/client-kind.ts';
import { mountAttached } from './attached.ts';

describe('the sign of a client', () => {
  test('no two clients share glyph, colour or name, so that colour is never the only sign', () => {
    for (const part of ['glyph', 'colour', 'name', 'short'] as const) expect(new Set(CLIENT_KINDS.map((client) => clientLooks[client][part])).size, part).toBe(CLIENT_KINDS.length);
  });
  test.each(CLIENT_KINDS)('%s is drawn in its own token, and silent beside its name', (client) => {
    const mark = mountAttached(ClientMark, { props: { client, size: 14 } });
    expect(mark.attributes()).toMatchObject({ 'aria-hidden': 'true', width: '14', height: '14' });
    expect(mark.attributes('style')).toContain(`var(--c-${client})`);
    expect(mark.find('path').attributes('d')).toBe(clientLooks[client].glyph);
    expect(mountAttached(ClientName, { props: { client } }).text()).toBe(clientLooks[client].name);
  });
  test('says its name where it stands alone', () => {
    const mark = mountAttached(ClientMark, { props: { client: 'oracle', named: true } });
    expect(mark.attributes()).toMatchObject({ role: 'img', 'aria-label': 'Oracle' });
    expect(mark.attributes('aria-hidden')).toBeUndefined();
  });
  test('has a short name for narrow places', () => {
    expect(mountAttached(ClientName, { props: { client: 'naive-retry', short: true } }).text()).toBe('Quick retry');
  });
});

describe('the sign of a verdict', () => {
  const tones = Object.keys(verdictLooks) as VerdictTone[];

  test('no two share a shape or a word; better and worse differ in nothing else but colour', () => {
    expect(new Set(tones.map((tone) => verdictLooks[tone].glyph)).size).toBe(tones.length);
    expect(new Set(tones.map((tone) => verdictLooks[tone].word)).size).toBe(tones.length);
    const [better, worse] = (['better', 'worse'] as const).map((tone) => mountAttached(VerdictMark, { props: { tone } }));
    expect(better!.text()).toBe('Better');
    expect(worse!.text()).toBe('Worse');
    expect(worse!.classes()).toEqual(better!.classes());
  });
  test('keeps its word for screen readers where it is bare, and takes another one', () => {
    const bare = mountAttached(VerdictMark, { props: { tone: 'worse', bare: true } });
    expect(bare.find('.visually-hidden').text()).toBe('Worse');
    expect(mountAttached(VerdictMark, { props: { tone: 'better', word: '5 better' } }).text()).toBe('5 better');
  });
});
