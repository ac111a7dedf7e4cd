/** One row of a table is the stop of the Tab key; the arrow keys move it. Whatever has the focus in a row keeps it when rows change places. */
import { computed, type ComputedRef, nextTick, onBeforeUpdate, onUpdated, shallowRef, type ShallowRef } from 'vue';

/** Rows a page key jumps over: about what a panel shows at once. */
const PAGE_ROWS = 10;

export interface RowFocusOptions {
  body: Readonly<ShallowRef<HTMLElement | null>>;
  rowCount: () => number;
  keyAt: (index: number) => string;
  indexOf: (key: string) => number;
}

export interface RowFocus {
  /** Index of the row that was focused last; −1: none, or it is gone. */
  activeIndex: ComputedRef<number>;
  /** Whether the focus is in that row now, so that the row must stay in the page. */
  isFocused: Readonly<ShallowRef<boolean>>;
  handleFocusIn(event: FocusEvent): void;
  handleFocusOut(event: FocusEvent): void;
  /** Moves the focus for arrow, page, Home and End keys pressed on a row, and returns whether it did. */
  handleKey(event: KeyboardEvent): boolean;
}

const targets: Readonly<Record<string, (index: number, rowCount: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index) => index + PAGE_ROWS,
  PageUp: (index) => index - PAGE_ROWS,
  Home: () => 0,
  End: (_index, rowCount) => rowCount - 1,
};

export const rowOf = (target: EventTarget | null): HTMLElement | null => (target instanceof Element ? target.closest<HTMLElement>('tr[data-row]') : null);

export const useRowFocus = ({ body, rowCount, keyAt, indexOf }: RowFocusOptions): RowFocus => {
  const activeKey = shallowRef<string | null>(null);
  const isFocused = shallowRef(false);
  const activeIndex = computed(() => (activeKey.value === null ? -1 : indexOf(activeKey.value)));

  // A row that changes its place is taken out of the page and put in again, which costs what has the focus in it the focus.
  let focused: Element | null = null;
  onBeforeUpdate(() => {
    focused = body.value?.contains(document.activeElement) ? document.activeElement : null;
  });
  onUpdated(() => {
    if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  });

  // The row that had the focus may leave the page before the next one can take it; that is not the end of the walk.
  let isMoving = false;
  const focusRow = async (index: number): Promise<void> => {
    isMoving = true;
    activeKey.value = keyAt(index);
    await nextTick();
    isMoving = false;
    const row = body.value?.querySelector<HTMLElement>(`tr[data-row="${index}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  };

  return {
    activeIndex,
    isFocused,
    handleFocusIn: (event) => {
      const row = rowOf(event.target);
      if (!row) return;
      activeKey.value = keyAt(Number(row.dataset.row));
      isFocused.value = true;
    },
    handleFocusOut: (event) => {
      if (!isMoving) isFocused.value = rowOf(event.relatedTarget) !== null;
    },
    handleKey: (event) => {
      const row = rowOf(event.target);
      const targetOf = targets[event.key];
      // Keys pressed on a button or a field inside the row belong to that button or field.
      if (!row || row !== event.target || !targetOf || event.ctrlKey || event.metaKey || event.altKey) return false;
      event.preventDefault();
      const index = Math.min(rowCount() - 1, Math.max(0, targetOf(Number(row.dataset.row), rowCount())));
      void focusRow(index);
      return true;
    },
  };
};
