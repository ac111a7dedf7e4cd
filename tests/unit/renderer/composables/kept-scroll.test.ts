// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick, ref, type Ref } from 'vue';
import { useKeptScroll } from '../../../../renderer/composables/kept-scroll.ts';

/** The height that can be scrolled, which happy-dom does not measure. */
let scrollMax = 1000;

const pane = (address: Ref<string>) =>
  defineComponent({
    setup() {
      const element = ref<HTMLElement | null>(null);
      useKeptScroll(element, () => address.value);
      const limited = (node: unknown): void => {
        element.value = node as HTMLElement | null;
        if (!element.value || Object.hasOwn(element.value, 'scrollTop')) return;
        let top = 0;
        Object.defineProperty(element.value, 'scrollTop', { get: () => top, set: (value: number) => (top = Math.min(value, scrollMax)) });
      };
      return () => h('div', { ref: limited }, [h('p')]);
    },
  });

afterEach(() => (scrollMax = 1000));

test('whoever comes back finds the view where it was left; another address begins at the top', async () => {
  const address = ref('/a');
  const first = mount(pane(address));
  first.element.scrollTop = 300;
  first.unmount();
  expect(mount(pane(ref('/b'))).element.scrollTop).toBe(0);
  expect(mount(pane(ref('/a'))).element.scrollTop).toBe(300);
});

test('a view that goes on under another address keeps both places', async () => {
  const address = ref('/watch/1');
  const view = mount(pane(address));
  view.element.scrollTop = 120;
  address.value = '/watch/2';
  await nextTick();
  await nextTick();
  expect(view.element.scrollTop).toBe(0);
  view.element.scrollTop = 50;
  address.value = '/watch/1';
  await nextTick();
  await nextTick();
  expect(view.element.scrollTop).toBe(120);
});

test('a list that arrives later is waited for, unless somebody scrolls meanwhile', async () => {
  const first = mount(pane(ref('/list')));
  first.element.scrollTop = 400;
  first.unmount();

  scrollMax = 0;
  const later = mount(pane(ref('/list')), { attachTo: document.body });
  expect(later.element.scrollTop).toBe(0);
  scrollMax = 1000;
  later.element.append(document.createElement('p'));
  await vi.waitFor(() => expect(later.element.scrollTop).toBe(400));
  later.unmount();

  scrollMax = 0;
  const touched = mount(pane(ref('/list')), { attachTo: document.body });
  touched.element.dispatchEvent(new Event('wheel'));
  scrollMax = 1000;
  touched.element.append(document.createElement('p'));
  await nextTick();
  expect(touched.element.scrollTop).toBe(0);
  touched.unmount();
});
