/** Tells when an element first comes into sight. One observer serves all: a long table makes and drops its rows by the dozen. */
import { onMounted, onScopeDispose, type Ref } from 'vue';

const callbacks = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | undefined;

const sharedObserver = (): IntersectionObserver =>
  (observer ??= new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer?.unobserve(target);
      callbacks.get(target)?.();
    }
  }));

export const useFirstSight = (element: Readonly<Ref<HTMLElement | null>>, onSight: () => void): void => {
  let observed: HTMLElement | null = null;
  onMounted(() => {
    observed = element.value;
    if (!observed || typeof IntersectionObserver === 'undefined') return;
    callbacks.set(observed, onSight);
    sharedObserver().observe(observed);
  });
  onScopeDispose(() => observed && observer?.unobserve(observed));
};
