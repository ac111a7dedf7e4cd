// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { h, nextTick } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import Table, { type Column } from '../../../../renderer/components/Table.vue';
import { allInPage, inPage, mountAttached, press, settle } from './attached.ts';

interface Row {
  id: string;
  size: number;
}
const ROW_PX = 34;
const VISIBLE_PX = 400;
const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ id: `row-${index}`, size: (index * 7919) % 10_007 }));
const columns: Column<Row>[] = [
  { key: 'id', label: 'Id', grow: true, value: (row) => row.id },
  { key: 'size', label: 'Size', align: 'end', value: (row) => row.size, sortFirst: 'descending' },
  { key: 'actions', label: 'Actions', hideLabel: true },
];
const slots = {
  'cell-id': ({ row }: { row: Row }) => row.id,
  'cell-size': ({ row }: { row: Row }) => h('span', row.size),
  'cell-actions': ({ row }: { row: Row }) => h('button', { class: 'act' }, `Delete ${row.id}`),
};
const mounted = (props: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  mountAttached(Table<Row>, { props: { caption: 'Stored chunks', columns, rows: rowsOf(4), rowKey: (row: Row) => row.id, ...props }, slots: { ...slots, ...more } } as never);
const drawn = (): HTMLElement[] => allInPage('tr[data-row]');
const names = (): string[] => drawn().map((row) => row.children[0]!.textContent!);

describe('a table', () => {
  test('is a table with a caption, heads and cells', () => {
    mounted();
    expect(inPage('caption')!.textContent).toBe('Stored chunks');
    expect(inPage('table')!.getAttribute('role')).toBeNull();
    expect(allInPage('th[scope="col"]').map((head) => head.textContent)).toEqual(['Id', 'Size', 'Actions']);
    expect(allInPage('th')[2]!.querySelector('.visually-hidden')!.textContent).toBe('Actions');
    expect(names()).toEqual(['row-0', 'row-1', 'row-2', 'row-3']);
    expect(drawn()[0]!.tabIndex).toBe(-1);
  });
  test('without rows says what will stand there, under its heads', () => {
    mounted({ rows: [] }, { empty: () => 'No chunks yet' });
    expect(drawn()).toHaveLength(0);
    expect(inPage('.nothing td')!.textContent).toBe('No chunks yet');
    expect(inPage('.nothing td')!.getAttribute('colspan')).toBe('3');
  });
  test('without rows and words is only its heads', () => {
    mounted({ rows: [] });
    expect(inPage('tbody')!.children).toHaveLength(0);
  });
  test('keeps the elements of its rows when rows come and go', async () => {
    const table = mounted();
    const second = drawn()[1];
    await table.setProps({ rows: rowsOf(4).slice(1) } as never);
    expect(drawn()[0]).toBe(second);
  });
});

describe('sorting', () => {
  const sorter = (index: number): HTMLElement => allInPage('th')[index]!.querySelector('button')!;

  test('a head that sorts is a button, and says the order', async () => {
    mounted();
    expect(allInPage('th').map((head) => head.getAttribute('aria-sort'))).toEqual(['none', 'none', null]);
    sorter(1).click();
    await nextTick();
    expect(allInPage('th')[1]!.getAttribute('aria-sort')).toBe('descending');
    sorter(1).click();
    await nextTick();
    expect(allInPage('th').map((head) => head.getAttribute('aria-sort'))).toEqual(['none', 'ascending', null]);
  });
  test('brings the rows in order and tells it', async () => {
    const table = mounted();
    sorter(1).click();
    await nextTick();
    expect(names()).toEqual(['row-3', 'row-2', 'row-1', 'row-0'].sort((a, b) => rowsOf(4)[Number(b.slice(4))]!.size - rowsOf(4)[Number(a.slice(4))]!.size));
    expect(table.emitted('update:sort')).toEqual([[{ key: 'size', direction: 'descending' }]]);
  });
  test('may be given from outside', () => {
    mounted({ sort: { key: 'id', direction: 'descending' } });
    expect(names()).toEqual(['row-3', 'row-2', 'row-1', 'row-0']);
  });
  test('rows that come later are put where they belong', async () => {
    const table = mounted({ sort: { key: 'id', direction: 'descending' } });
    await table.setProps({ rows: [...rowsOf(4), { id: 'row-9', size: 0 }] } as never);
    expect(names()[0]).toBe('row-9');
  });
});

describe('rows that can be opened', () => {
  const onRowClick = vi.fn();
  beforeEach(() => onRowClick.mockClear());

  test('make a grid with one stop for the Tab key', () => {
    mounted({ onRowClick });
    expect(inPage('table')!.getAttribute('role')).toBe('grid');
    expect(drawn().map((row) => row.tabIndex)).toEqual([0, -1, -1, -1]);
  });
  test('open with a click and with Enter', async () => {
    mounted({ onRowClick });
    drawn()[2]!.children[0]!.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    drawn()[1]!.focus();
    await press('Enter', drawn()[1]!);
    expect(onRowClick.mock.calls.map(([row]) => (row as Row).id)).toEqual(['row-2', 'row-1']);
  });
  test('leave clicks and keys on what lies in them to that', async () => {
    mounted({ onRowClick });
    const button = drawn()[0]!.querySelector<HTMLElement>('.act')!;
    button.click();
    await press('Enter', button);
    await press('ArrowDown', button);
    expect(onRowClick).not.toHaveBeenCalled();
  });
  test('are walked with the arrow keys, Home and End, and not past the ends', async () => {
    mounted({ onRowClick });
    drawn()[0]!.focus();
    const walk = async (key: string): Promise<string> => {
      await press(key);
      return (document.activeElement as HTMLElement).dataset.row!;
    };
    expect([await walk('ArrowDown'), await walk('ArrowDown'), await walk('ArrowUp'), await walk('End'), await walk('ArrowDown'), await walk('Home'), await walk('ArrowUp')]).toEqual(['1', '2', '1', '3', '3', '0', '0']);
    expect(drawn().map((row) => row.tabIndex)).toEqual([0, -1, -1, -1]);
  });
  test('the row shown elsewhere is marked', () => {
    mounted({ onRowClick, selected: 'row-1' });
    expect(drawn().map((row) => row.getAttribute('aria-selected'))).toEqual(['false', 'true', 'false', 'false']);
  });
  test('lead to an address', async () => {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:path(.*)*', component: { render: () => null } }] });
    mountAttached(Table<Row>, { props: { caption: 'Videos', columns, rows: rowsOf(2), rowKey: (row: Row) => row.id, to: (row: Row) => `/watch/${row.id}` }, slots, global: { plugins: [router] } } as never);
    drawn()[1]!.click();
    await settle();
    expect(router.currentRoute.value.path).toBe('/watch/row-1');
  });
  test('the focus stays with its row when the order changes', async () => {
    const table = mounted({ onRowClick });
    const row = drawn()[0]!;
    row.focus();
    await table.setProps({ sort: { key: 'id', direction: 'descending' } } as never);
    await settle();
    expect(drawn().map((other) => other.tabIndex)).toEqual([-1, -1, -1, 0]);
    expect(document.activeElement).toBe(row);
  });
});

describe('ten thousand rows', () => {
  /** happy-dom lays nothing out, so the places of things are told: the body moves up as the frame around it is scrolled. */
  let scrolledPx = 0;
  beforeEach(() => {
    scrolledPx = 0;
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(VISIBLE_PX);
    vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      if (this.tagName === 'TBODY') return new DOMRect(0, -scrolledPx, 800, 340_000);
      return new DOMRect(0, 0, 800, this.tagName === 'TR' ? ROW_PX : VISIBLE_PX);
    });
  });
  afterEach(() => vi.restoreAllMocks());

  const inFrame = async (props: Record<string, unknown> = {}) => {
    const frame = mountAttached({
      render: () => h('div', { style: 'overflow-y: auto', class: 'frame' }, h(Table<Row>, { caption: 'Chunks', columns, rows: rowsOf(10_000), rowKey: (row: Row) => row.id, ...props }, slots as never)),
    });
    await settle();
    return frame;
  };
  const scrollTo = async (px: number): Promise<void> => {
    scrolledPx = px;
    inPage('.frame')!.dispatchEvent(new Event('scroll'));
    await settle();
  };
  const gapsPx = (): number[] => allInPage('td.gap').map((gap) => Number.parseFloat(gap.style.blockSize));

  test('are few in the page, with gaps as tall as those that are not', async () => {
    await inFrame();
    expect(drawn().length).toBeLessThan(60);
    expect(gapsPx().reduce((sum, px) => sum + px, 0) + drawn().length * ROW_PX).toBe(10_000 * ROW_PX);
  });
  test('say how many they are, and which each is', async () => {
    await inFrame();
    await scrollTo(5_000 * ROW_PX);
    expect(inPage('table')!.getAttribute('aria-rowcount')).toBe('10001');
    expect(inPage('thead tr')!.getAttribute('aria-rowindex')).toBe('1');
    for (const row of drawn()) expect(row.getAttribute('aria-rowindex')).toBe(String(Number(row.dataset.row) + 2));
  });
  test('come into the page when they are scrolled to', async () => {
    await inFrame();
    await scrollTo(5_000 * ROW_PX);
    expect(names()).toContain('row-5000');
    expect(names()).toContain('row-5011');
    expect(names()).not.toContain('row-0');
    await scrollTo(10_000 * ROW_PX - VISIBLE_PX);
    expect(names().at(-1)).toBe('row-9999');
    expect(gapsPx()).toHaveLength(1);
  });
  test('the row with the focus stays in the page, and keeps it, wherever one scrolls', async () => {
    await inFrame({ onRowClick: () => undefined });
    const row = drawn()[3]!;
    row.focus();
    await scrollTo(5_000 * ROW_PX);
    expect(document.activeElement).toBe(row);
    expect(names()[0]).toBe('row-3');
    await scrollTo(0);
    expect(document.activeElement).toBe(row);
    row.blur();
    await scrollTo(5_000 * ROW_PX);
    expect(names()).not.toContain('row-3');
  });
  test('End leads to the last row although it was not in the page', async () => {
    await inFrame({ onRowClick: () => undefined });
    drawn()[0]!.focus();
    await press('End');
    await settle();
    expect((document.activeElement as HTMLElement).dataset.row).toBe('9999');
  });
  test('the Tab key always finds a row', async () => {
    await inFrame({ onRowClick: () => undefined });
    await scrollTo(5_000 * ROW_PX);
    expect(drawn().filter((row) => row.tabIndex === 0)).toHaveLength(1);
  });
  test('a table that shrinks below the window shows what is left', async () => {
    const table = mounted({ rows: rowsOf(10_000) });
    await settle();
    await table.setProps({ rows: rowsOf(3) } as never);
    await settle();
    expect(names()).toEqual(['row-0', 'row-1', 'row-2']);
    expect(inPage('table')!.getAttribute('aria-rowcount')).toBeNull();
  });
});
