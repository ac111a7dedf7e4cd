// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nextTick } from 'vue';
import Toast from '../../../../renderer/components/Toast.vue';
import Toaster from '../../../../renderer/components/Toaster.vue';
import type { ToastMessage } from '../../../../renderer/components/toast.ts';
import { GOOD_NEWS_MS, useToastStore } from '../../../../renderer/stores/toasts.ts';
import { mountAttached } from './attached.ts';

describe('Toast', () => {
  const mounted = (toast: Partial<ToastMessage> = {}, isHeld = false) => mountAttached(Toast, { props: { toast: { tone: 'ok', title: 'Deleted', detail: null, ...toast }, isHeld } });

  test('says its title by shape and word, and its detail below', () => {
    const toast = mounted({ detail: 'All 12 chunks are collected.' });
    expect(toast.text()).toContain('Deleted');
    expect(toast.get('p').text()).toBe('All 12 chunks are collected.');
    expect(toast.find('.status svg').exists()).toBe(true);
  });
  test('a failure is read out at once', () => {
    expect(mounted({ tone: 'bad' }).attributes('role')).toBe('alert');
    expect(mounted().attributes('role')).toBeUndefined();
  });
  test('offers the one thing to do, and to be closed', async () => {
    const toast = mounted({ action: { label: 'Undo' } });
    await toast.get('.action').trigger('click');
    await toast.get('[aria-label="Dismiss"]').trigger('click');
    expect(toast.get('.action').text()).toBe('Undo');
    expect(toast.emitted('act')).toHaveLength(1);
    expect(toast.emitted('dismiss')).toHaveLength(1);
  });
  test('shows how often the same was told', () => {
    expect(mounted({ count: 3 }).get('.count').text()).toMatch(/×\s3/);
    expect(mounted({ count: 1 }).find('.count').exists()).toBe(false);
  });
  test('shows its time running, and standing still while it is held', () => {
    expect(mounted({ durationMs: 5_000 }).get('.time').attributes('style')).toContain('5000ms');
    expect(mounted({ durationMs: 5_000 }, true).get('.time').classes()).toContain('held');
    expect(mounted({ durationMs: null }).find('.time').exists()).toBe(false);
  });
});

describe('Toaster', () => {
  beforeEach(() => {
    setActivePinia(createPinia());
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());
  const mounted = () => mountAttached(Toaster, { global: { stubs: { TransitionGroup: { template: '<slot />' } } } });

  test('is a polite live region with a name', () => {
    expect(mounted().attributes()).toMatchObject({ role: 'region', 'aria-label': 'Notifications', 'aria-live': 'polite' });
  });
  test('shows what the store holds, and closes what is dismissed', async () => {
    const toaster = mounted();
    const toasts = useToastStore();
    toasts.fail('node-2 could not be stopped', new Error('It is not running.'));
    toasts.succeed('Saved');
    await nextTick();
    expect(toaster.findAll('.toast')).toHaveLength(2);
    await toaster.get('.bad [aria-label="Dismiss"]').trigger('click');
    expect(toaster.findAll('.toast').map((toast) => toast.find('.status').text())).toEqual(['Saved']);
  });
  test('runs the action of a toast once and closes it', async () => {
    const toaster = mounted();
    const run = vi.fn();
    useToastStore().succeed('Deleted', null, { action: { label: 'Undo', run } });
    await nextTick();
    await toaster.get('.action').trigger('click');
    expect(run).toHaveBeenCalledOnce();
    expect(toaster.find('.toast').exists()).toBe(false);
  });
  type Toasters = ReturnType<typeof mounted>;
  const buttonOf = (toaster: Toasters): HTMLElement => toaster.get<HTMLElement>('[aria-label="Dismiss"]').element;
  test.each([
    { who: 'the pointer', enter: (toaster: Toasters) => toaster.trigger('pointerenter'), leave: (toaster: Toasters) => toaster.trigger('pointerleave') },
    { who: 'the focus', enter: (toaster: Toasters) => buttonOf(toaster).focus(), leave: (toaster: Toasters) => buttonOf(toaster).blur() },
  ])('nothing leaves while $who is among them', async ({ enter, leave }) => {
    const toaster = mounted();
    const toasts = useToastStore();
    toasts.succeed('Saved');
    await nextTick();
    await enter(toaster);
    await nextTick();
    await vi.advanceTimersByTimeAsync(3 * GOOD_NEWS_MS);
    expect(toasts.toasts).toHaveLength(1);
    await leave(toaster);
    await nextTick();
    await vi.advanceTimersByTimeAsync(GOOD_NEWS_MS + 1);
    expect(toasts.toasts).toHaveLength(0);
  });
  test('a toast that was closed under the pointer does not hold those that come later', async () => {
    const toaster = mounted();
    const toasts = useToastStore();
    toasts.succeed('Saved');
    await nextTick();
    await toaster.trigger('pointerenter');
    await toaster.get('[aria-label="Dismiss"]').trigger('click');
    await nextTick();
    toasts.succeed('Saved again');
    await vi.advanceTimersByTimeAsync(GOOD_NEWS_MS + 1);
    expect(toasts.toasts).toHaveLength(0);
  });
});
