/** The scrolling of a log: sticks to the end while it follows, and draws only the lines that can be seen. */
import { useEventListener, useResizeObserver } from '@vueuse/core';
import { computed, type ComputedRef, nextTick, shallowRef, type ShallowRef, watch } from 'vue';
import { contentPx, type LogViewport, type LogWindow, scrollPxTo, WHOLE_LINES_MAX, windowOf } from '../logs/viewport.ts';

/** As --log-line in LogView.vue. */
export const LINE_PX = 20;
/** Nearer to the end than this is at the end: browsers round scroll positions. */
const END_PX = 4;

export interface LogScrollOptions {
  pane: Readonly<ShallowRef<HTMLElement | null>>;
  /** The element whose children are the drawn lines. */
  lines: Readonly<ShallowRef<HTMLElement | null>>;
  lineCount: () => number;
  /** What stays with a line while others come before it. */
  ordinalAt: (position: number) => number;
  /** Position of the first line that is at least this old; −1 when there is none. */
  positionOf: (ordinal: number) => number;
  /** Changes whenever other lines may be drawn. */
  version: () => unknown;
  /** Whether all drawn lines have the same height. */
  isUniform: () => boolean;
  /** Whether the view sticks to the end. */
  isFollowing: () => boolean;
  /** Somebody scrolled, and is at the end or not. */
  onScrolled: (isAtEnd: boolean) => void;
}

export interface LogScroll {
  window: ComputedRef<LogWindow>;
  isWhole: ComputedRef<boolean>;
  /** Height of the content the scroll bar stands for. */
  totalPx: ComputedRef<number>;
  /** Where the drawn lines begin. */
  offsetPx: Readonly<ShallowRef<number>>;
  scrollTo(position: number): void;
}

export const useLogScroll = (options: LogScrollOptions): LogScroll => {
  const { pane, lines, lineCount, ordinalAt, positionOf, isUniform, isFollowing } = options;
  const heightPx = shallowRef(0);
  const scrollPx = shallowRef(0);
  const offsetPx = shallowRef(0);

  const viewport = computed<LogViewport>(() => ({ lineCount: lineCount(), linePx: LINE_PX, heightPx: heightPx.value, scrollPx: isFollowing() ? Infinity : scrollPx.value }));
  const isWhole = computed(() => viewport.value.lineCount <= WHOLE_LINES_MAX);
  const window = computed<LogWindow>(() => {
    const drawn = windowOf(viewport.value);
    return isWhole.value ? { ...drawn, start: 0, end: viewport.value.lineCount } : drawn;
  });

  /** Puts the drawn lines where the held point is. Heights are read only where lines differ. */
  const place = (): void => {
    const { start, anchor, anchorPx } = window.value;
    if (isWhole.value) offsetPx.value = 0;
    else if (isUniform()) offsetPx.value = start * LINE_PX;
    else {
      const line = lines.value?.children[anchor.position - start];
      if (!(line instanceof HTMLElement)) return;
      offsetPx.value = anchorPx - (line.offsetTop + anchor.part * line.offsetHeight);
    }
    // Written to the element at once: a second round through the template would show the old place for a frame.
    if (lines.value) lines.value.style.transform = `translateY(${offsetPx.value}px)`;
  };
  /** What stands at the upper edge of a view that is held still: after a change of the filter older lines are judged bit by bit and come before it. */
  let kept: { ordinal: number; partPx: number } | null = null;
  /** Where `keep` has scrolled to: the event that follows is nobody's. */
  let keptPx = -1;
  /** One pixel of scrolling is the same part of a line everywhere, unless the browser itself scrolls lines of unlike heights. */
  const isEven = (): boolean => isUniform() || !isWhole.value;
  const remember = (): void => {
    const element = pane.value;
    const position = Math.floor((element?.scrollTop ?? 0) / LINE_PX);
    kept = element && isEven() && position < lineCount() ? { ordinal: ordinalAt(position), partPx: element.scrollTop - position * LINE_PX } : null;
  };
  const keep = (): void => {
    const element = pane.value;
    if (!element || !kept || isFollowing() || !isEven()) return;
    const position = positionOf(kept.ordinal);
    const topPx = (position < 0 ? lineCount() : position) * LINE_PX + kept.partPx;
    if (Math.abs(element.scrollTop - topPx) < 1) return;
    element.scrollTop = topPx;
    keptPx = element.scrollTop;
    scrollPx.value = keptPx;
  };
  const stick = (): void => {
    const element = pane.value;
    if (element && isFollowing()) element.scrollTop = element.scrollHeight;
  };
  watch([options.version, window, isUniform, isFollowing, () => pane.value], (_now, [, , , wasFollowing]) => {
    if (wasFollowing && !isFollowing()) remember();
    keep();
    place();
    stick();
  }, { flush: 'post' });

  useEventListener(pane, 'scroll', () => {
    const element = pane.value!;
    const isAtEnd = element.scrollTop >= element.scrollHeight - element.clientHeight - END_PX;
    scrollPx.value = element.scrollTop;
    if (element.scrollTop === keptPx) return;
    keptPx = -1;
    remember();
    options.onScrolled(isAtEnd);
  }, { passive: true });
  useResizeObserver(pane, ([entry]) => {
    heightPx.value = entry!.contentRect.height;
    void nextTick(stick);
  });

  return {
    window,
    isWhole,
    totalPx: computed(() => contentPx(viewport.value)),
    offsetPx,
    scrollTo: (position) => {
      const element = pane.value;
      if (!element) return;
      const isDrawn = position >= window.value.start && position < window.value.end;
      const line = isDrawn ? lines.value?.children[position - window.value.start] : undefined;
      const [paneBox, lineBox] = [element.getBoundingClientRect(), line?.getBoundingClientRect()];
      // A line that can be seen is left where it is.
      if (lineBox && lineBox.top >= paneBox.top && lineBox.bottom <= paneBox.bottom) return;
      if (isWhole.value && line) line.scrollIntoView({ block: 'nearest' });
      else element.scrollTop = scrollPxTo(position, viewport.value);
      remember();
    },
  };
};
