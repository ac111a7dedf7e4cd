/** Follows the scrolling of whatever a long table lies in, and says which of its rows are to be drawn. */
import { useEventListener, useResizeObserver } from '@vueuse/core';
import { onMounted, shallowRef, type ShallowRef, watch } from 'vue';
import { type RowRange, rangeOf } from '../components/row-window.ts';

/** The token --row-height, until a drawn row is measured. */
const ROW_PX = 34;
/** Enough for any screen before the first measurement. */
const FIRST_ROWS = 60;

export interface RowWindowOptions {
  /** The element whose children are the rows. */
  body: Readonly<ShallowRef<HTMLElement | null>>;
  rowCount: () => number;
  /** false: the table is drawn whole, and nothing is measured. */
  isWindowed: () => boolean;
}

export interface RowWindow {
  range: Readonly<ShallowRef<RowRange>>;
  /** Height of one row, in pixels. */
  rowPx: Readonly<ShallowRef<number>>;
  /** Inner width of what the table lies in, in pixels; it changes with the window's size. */
  widthPx: Readonly<ShallowRef<number>>;
}

const scrollerOf = (element: HTMLElement): HTMLElement => {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.documentElement;
};

export const useRowWindow = ({ body, rowCount, isWindowed }: RowWindowOptions): RowWindow => {
  const range = shallowRef<RowRange>({ start: 0, end: FIRST_ROWS });
  const rowPx = shallowRef(ROW_PX);
  const widthPx = shallowRef(0);
  const scroller = shallowRef<HTMLElement | null>(null);

  const measure = (): void => {
    const element = body.value;
    if (!element || !scroller.value || !isWindowed()) return;
    const measuredPx = element.querySelector('tr[data-row]')?.getBoundingClientRect().height ?? 0;
    if (measuredPx > 0) rowPx.value = measuredPx;
    widthPx.value = scroller.value.clientWidth;
    const scrollerTopPx = scroller.value === document.documentElement ? 0 : scroller.value.getBoundingClientRect().top;
    const next = rangeOf({
      hiddenPx: scrollerTopPx - element.getBoundingClientRect().top,
      visiblePx: scroller.value.clientHeight,
      rowPx: rowPx.value,
      rowCount: rowCount(),
    });
    if (next.start !== range.value.start || next.end !== range.value.end) range.value = next;
  };

  onMounted(() => {
    scroller.value = body.value && scrollerOf(body.value);
    measure();
  });
  useEventListener(() => (scroller.value === document.documentElement ? window : scroller.value), 'scroll', measure, { passive: true });
  useResizeObserver(scroller, measure);
  watch([rowCount, isWindowed], measure, { flush: 'post' });
  return { range, rowPx, widthPx };
};
