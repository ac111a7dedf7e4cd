// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import Tabs, { type Tab } from '../../../../renderer/components/Tabs.vue';
import { allInPage, inPage, mountAttached, press, settle } from './attached.ts';

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:path(.*)*', component: { render: () => null } }] });
const global = { plugins: [router] };

describe('tabs of a view\'s own', () => {
  const tabs: Tab[] = [{ key: 'chart', label: 'Chart' }, { key: 'logs', label: 'Logs', count: 12, icon: 'lines' }, { key: 'later', label: 'Later', disabled: true }];
  const mounted = async () => {
    const list = mountAttached(Tabs, { props: { label: 'Parts', tabs, modelValue: 'chart' }, slots: { chart: 'The chart', logs: 'The logs', later: 'Nothing' }, global });
    await settle();
    return list;
  };

  test('are a named list with one chosen, which names its panel', async () => {
    await mounted();
    expect(inPage('[role="tablist"]')!.getAttribute('aria-label')).toBe('Parts');
    expect(allInPage('[role="tab"]').map((tab) => tab.getAttribute('aria-selected'))).toEqual(['true', 'false', 'false']);
    const panel = inPage(`#${allInPage('[role="tab"]')[0]!.getAttribute('aria-controls')}`)!;
    expect(panel.textContent).toBe('The chart');
    expect(panel.getAttribute('role')).toBe('tabpanel');
  });
  test('draw only the chosen one\'s content', async () => {
    await mounted();
    expect(document.body.textContent).not.toContain('The logs');
  });
  test('are walked with the arrow keys, which choose, past what is disabled and around', async () => {
    const list = await mounted();
    const [first] = allInPage('[role="tab"]');
    first!.focus();
    await press('ArrowRight', first!);
    await settle();
    expect(list.emitted('update:modelValue')!.at(-1)).toEqual(['logs']);
    expect(document.activeElement?.textContent).toContain('Logs');
  });
  test('show a count after the label', async () => {
    await mounted();
    expect(allInPage('[role="tab"]')[1]!.textContent).toMatch(/Logs\s*12/);
  });
});

describe('tabs with addresses', () => {
  const tabs: Tab[] = [{ key: 'realtime', label: 'Real-time', to: '/dashboard/realtime' }, { key: 'analytics', label: 'Analytics', to: '/dashboard/analytics' }];
  const mounted = () => mountAttached(Tabs, { props: { label: 'Dashboard', tabs, modelValue: 'realtime' }, slots: { realtime: 'Now' }, global });

  test('are links in a named navigation, the present one marked', () => {
    const list = mounted();
    expect(list.get('nav').attributes('aria-label')).toBe('Dashboard');
    expect(list.findAll('a').map((link) => [link.attributes('href'), link.attributes('aria-current')])).toEqual([
      ['/dashboard/realtime', 'page'],
      ['/dashboard/analytics', undefined],
    ]);
    expect(list.text()).toContain('Now');
  });
  test('lead to their address', async () => {
    const list = mounted();
    await list.findAll('a')[1]!.trigger('click', { button: 0 });
    await router.isReady();
    await settle();
    expect(router.currentRoute.value.path).toBe('/dashboard/analytics');
  });
});
