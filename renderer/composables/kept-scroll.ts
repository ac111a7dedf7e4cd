/** Scroll positions, kept by address: whoever comes back to a view finds it where it was left. */
import { nextTick, onBeforeUnmount, onMounted, watch, type Ref } from 'vue';

const positions = new Map<string, number>();
/** Addresses of videos and nodes add up; the ones left longest ago are forgotten. */
const POSITIONS_MAX = 200;
/** Lists arrive a moment after their view; until then there is nothing to scroll to. */
const SETTLE_MS_MAX = 1_500;

const remember = (address: string, top: number): void => {
  positions.delete(address);
  if (top > 0) positions.set(address, top);
  if (positions.size > POSITIONS_MAX) positions.delete(positions.keys().next().value!);
};

/** Keeps the scroll position of `pane` under `address()`. Restoring ends when it is reached, when somebody scrolls, or after a moment. */
export const useKeptScroll = (pane: Readonly<Ref<HTMLElement | null>>, address: () => string): void => {
  /** The address has moved on by the time a view is taken away, so what is shown is known here. */
  let shownAddress = address();
  let stopRestoring = (): void => undefined;

  const restore = (): void => {
    stopRestoring();
    const element = pane.value;
    if (!element) return;
    shownAddress = address();
    const wanted = positions.get(shownAddress) ?? 0;
    element.scrollTop = wanted;
    if (element.scrollTop >= wanted) return;

    const grown = new MutationObserver(() => {
      element.scrollTop = wanted;
      if (element.scrollTop >= wanted) stopRestoring();
    });
    const timer = setTimeout(() => stopRestoring(), SETTLE_MS_MAX);
    const ends = ['wheel', 'pointerdown', 'keydown'];
    stopRestoring = () => {
      clearTimeout(timer);
      grown.disconnect();
      for (const name of ends) element.removeEventListener(name, stopRestoring);
    };
    for (const name of ends) element.addEventListener(name, stopRestoring, { passive: true });
    grown.observe(element, { childList: true, subtree: true });
  };
  const save = (): void => {
    stopRestoring();
    if (pane.value) remember(shownAddress, pane.value.scrollTop);
  };

  onMounted(restore);
  // The same view may go on under another address, as the player does with the next video.
  watch(address, async () => {
    save();
    await nextTick();
    restore();
  });
  onBeforeUnmount(save);
};
