/** Mounts a component into the page, because focus, portals and clicks exist only there; everything is gone again after each test. */
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach } from 'vitest';
import { nextTick } from 'vue';

// Hooks run last first: what was mounted leaves before the page is emptied.
afterEach(() => document.body.replaceChildren());
enableAutoUnmount(afterEach);

/** `mount`, in the document. */
export const mountAttached: typeof mount = ((component: never, options: object = {}) => mount(component, { attachTo: document.body, ...options })) as never;

/** What the page shows in all, portals included. */
export const inPage = <E extends Element = HTMLElement>(selector: string): E | null => document.body.querySelector<E>(selector);
export const allInPage = (selector: string): HTMLElement[] => [...document.body.querySelectorAll<HTMLElement>(selector)];

export const press = async (key: string, target: Element = document.activeElement ?? document.body, init: KeyboardEventInit = {}): Promise<KeyboardEvent> => {
  const event = new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  await settle();
  return event;
};

/** Menus and lists open on the pointer, not on the click. */
export const point = async (target: Element): Promise<void> => {
  for (const name of ['pointerdown', 'pointerup', 'click']) target.dispatchEvent(new PointerEvent(name, { button: 0, bubbles: true, cancelable: true, pointerType: 'mouse' }));
  await settle();
};

/** Until Vue has drawn, and what Reka puts off to the next task (focus, presence) has happened. */
export const settle = async (): Promise<void> => {
  await nextTick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  await nextTick();
};
