import { describe, expect, test } from 'vitest';
import { type Column, isSortable, nextSort, sortRows } from '../../../../renderer/components/table.ts';

interface Row {
  name: string;
  size: number | null;
}
const rows: Row[] = [{ name: 'node-10', size: 3 }, { name: 'Node-9', size: null }, { name: 'node-1', size: 3 }, { name: 'node-2', size: 12 }];
const columns: Column<Row>[] = [
  { key: 'name', label: 'Name', value: (row) => row.name },
  { key: 'size', label: 'Size', value: (row) => row.size, sortFirst: 'descending' },
  { key: 'actions', label: 'Actions' },
];
const namesBy = (key: string, direction: 'ascending' | 'descending'): string[] => sortRows(rows, columns, { key, direction }).map(({ name }) => name);

describe('bringing rows in order', () => {
  test('reads numbers in words as numbers, and capitals as small letters', () => expect(namesBy('name', 'ascending')).toEqual(['node-1', 'node-2', 'Node-9', 'node-10']));
  test('turns around', () => expect(namesBy('name', 'descending')).toEqual(['node-10', 'Node-9', 'node-2', 'node-1']));
  test('puts what is not known last either way, and keeps the order of what is equal', () => {
    expect(namesBy('size', 'ascending')).toEqual(['node-10', 'node-1', 'node-2', 'Node-9']);
    expect(namesBy('size', 'descending')).toEqual(['node-2', 'node-10', 'node-1', 'Node-9']);
  });
  test('leaves the rows alone without an order, or with one by a column that has no value', () => {
    expect(sortRows(rows, columns, null)).toBe(rows);
    expect(sortRows(rows, columns, { key: 'actions', direction: 'ascending' })).toBe(rows);
    expect(sortRows(rows, columns, { key: 'gone', direction: 'ascending' })).toBe(rows);
  });
  test('does not change the rows it was given', () => {
    const before = [...rows];
    namesBy('name', 'ascending');
    expect(rows).toEqual(before);
  });
  test('reads each value once, however many rows are compared', () => {
    let readCount = 0;
    const many = Array.from({ length: 200 }, (_, index) => ({ name: String(index), size: (index * 37) % 100 }));
    sortRows(many, [{ key: 'size', label: 'Size', value: (row: Row) => (readCount++, row.size) }], { key: 'size', direction: 'ascending' });
    expect(readCount).toBe(200);
  });
});

describe('the head of a column', () => {
  test('sorts its own way first, then turns around', () => {
    const first = nextSort(columns[1]!, null);
    expect(first).toEqual({ key: 'size', direction: 'descending' });
    expect(nextSort(columns[1]!, first)).toEqual({ key: 'size', direction: 'ascending' });
    expect(nextSort(columns[0]!, first)).toEqual({ key: 'name', direction: 'ascending' });
  });
  test('sorts only with a value, and not where that is not wanted', () => {
    expect(columns.map(isSortable)).toEqual([true, true, false]);
    expect(isSortable({ ...columns[0]!, sortable: false })).toBe(false);
  });
});
