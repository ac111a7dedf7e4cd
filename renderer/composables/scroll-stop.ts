/**
 * What can be scrolled with the wheel must be reachable with the keyboard too. A box that holds more than it shows, and nothing that takes
 * the focus, becomes a stop of the Tab key itself; from there the arrow keys scroll it.
 */
import { useMutationObserver, useResizeObserver } from '@vueuse/core';
import { onMounted, shallowRef, type ShallowRef } from 'vue';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), textarea, summary, [tabindex]:not([tabindex="-1"])';
/** Fractions of a pixel are no reason to scroll. */
const OVERFLOW_PX_MIN = 2;

/** Whether the box is to be a stop: bind it to `tabindex`. */
export const useScrollStop = (box: Readonly<ShallowRef<HTMLElement | null>>): Readonly<ShallowRef<boolean>> => {
  const isStop = shallowRef(false);
  const contents = shallowRef<HTMLElement[]>([]);
  const measure = (): void => {
    const element = box.value;
    if (!element) return;
    const overflows = element.scrollHeight - element.clientHeight >= OVERFLOW_PX_MIN || element.scrollWidth - element.clientWidth >= OVERFLOW_PX_MIN;
    isStop.value = overflows && element.querySelector(FOCUSABLE) === null;
  };
  // The box keeps its size while its content grows, so the content is watched as well.
  const takeContents = (): void => {
    contents.value = [...(box.value?.children ?? [])].filter((child) => child instanceof HTMLElement);
    measure();
  };
  onMounted(takeContents);
  useMutationObserver(box, takeContents, { childList: true });
  useResizeObserver(box, measure);
  useResizeObserver(contents, measure);
  return isStop;
};
