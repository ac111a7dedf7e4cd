/**
 * The columns of a long table are as wide as the rows that happen to be drawn, so they would breathe while one scrolls. Here they only
 * grow, to the widest content seen, until the room changes.
 */
import { shallowRef, type ShallowRef, watch } from 'vue';

export interface SteadyColumnsOptions {
  head: Readonly<ShallowRef<HTMLElement | null>>;
  isWindowed: () => boolean;
  /** Whatever may widen a column: the drawn rows. */
  drawn: () => unknown;
  /** Whatever gives the columns new room: the width, the list of columns. */
  room: () => unknown;
}

/** The least width of each column in pixels, in order; empty while nothing holds. */
export const useSteadyColumns = ({ head, isWindowed, drawn, room }: SteadyColumnsOptions): Readonly<ShallowRef<readonly number[]>> => {
  const widthsPx = shallowRef<readonly number[]>([]);
  const measure = (): void => {
    if (!head.value || !isWindowed()) return;
    const next = [...head.value.querySelectorAll('th')].map((cell, index) => Math.max(cell.offsetWidth, widthsPx.value[index] ?? 0));
    if (next.some((width, index) => width !== widthsPx.value[index])) widthsPx.value = next;
  };
  watch([room, isWindowed], () => (widthsPx.value = []));
  watch(drawn, measure, { flush: 'post' });
  return widthsPx;
};
