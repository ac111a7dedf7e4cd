/** The name of what is on screen: on the window, in the tab, and said to those who do not see it change. */
import { onScopeDispose, shallowRef, toValue, watchEffect, type MaybeRefOrGetter, type ShallowRef } from 'vue';

const PROGRAM = 'V-Stack Control Center';
const current = shallowRef('');

/** Names the page while the surrounding scope lives. */
export const usePageTitle = (title: MaybeRefOrGetter<string>): void => {
  const stop = watchEffect(() => {
    current.value = toValue(title);
    document.title = `${current.value} · ${PROGRAM}`;
  });
  onScopeDispose(stop);
};

export const useCurrentPageTitle = (): Readonly<ShallowRef<string>> => current;
