/** A list in a box that is too low for it is cut between two entries and not through one, whatever their heights. */
import { useMutationObserver, useResizeObserver } from '@vueuse/core';
import { onMounted, shallowRef, type ShallowRef } from 'vue';

/** The most that fits: where the last whole entry ends, in pixels. An entry that is higher than the box fills it. */
export const wholePx = (roomPx: number, endsPx: readonly number[]): number => endsPx.findLast((endPx) => endPx <= roomPx) ?? roomPx;

/** The height of the list, in pixels; null before it is known. `list` stands in `box`, whose height does not depend on it; its entries are `li`. */
export const useWholeRows = (box: Readonly<ShallowRef<HTMLElement | null>>, list: Readonly<ShallowRef<HTMLElement | null>>): Readonly<ShallowRef<number | null>> => {
  const heightPx = shallowRef<number | null>(null);
  const measure = (): void => {
    if (!box.value || !list.value) return;
    const topPx = list.value.getBoundingClientRect().top - list.value.scrollTop;
    const endsPx = [...list.value.querySelectorAll('li')].map((entry) => Math.ceil(entry.getBoundingClientRect().bottom - topPx));
    heightPx.value = wholePx(box.value.clientHeight, endsPx);
  };
  onMounted(measure);
  useResizeObserver(box, measure);
  useMutationObserver(list, measure, { childList: true, subtree: true, characterData: true });
  return heightPx;
};
