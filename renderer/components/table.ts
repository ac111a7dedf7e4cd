/** What a table is told about its columns, and how it brings rows in order. */

/** What a column is sorted by. Nothing (null, undefined) comes last in either direction: it is not a small value. */
export type SortValue = string | number | boolean | null | undefined;
export type SortDirection = 'ascending' | 'descending';

export interface Sort {
  /** The key of the column. */
  key: string;
  direction: SortDirection;
}

/** One column. Figures are aligned to the end; `wide` columns appear only where there is room for more data. */
export interface Column<Row = unknown> {
  key: string;
  label: string;
  align?: 'start' | 'end';
  /** The label is for screen readers only, as over buttons. */
  hideLabel?: boolean;
  wide?: boolean;
  /** Takes the room that is left, and cuts what does not fit. */
  grow?: boolean;
  /** With it, the head of the column sorts the rows. */
  value?: (row: Row) => SortValue;
  /** false: not sorted although it has a `value`. */
  sortable?: boolean;
  /** The direction of the first click: descending where the most is what one looks for. Default ascending. */
  sortFirst?: SortDirection;
}

export const isSortable = <Row>(column: Column<Row>): boolean => column.value !== undefined && column.sortable !== false;

/** What a click on the head of a column leads to. */
export const nextSort = <Row>(column: Column<Row>, sort: Sort | null): Sort => {
  if (sort?.key !== column.key) return { key: column.key, direction: column.sortFirst ?? 'ascending' };
  return { key: column.key, direction: sort.direction === 'ascending' ? 'descending' : 'ascending' };
};

/** `node-10` after `node-9`, and small letters beside capitals. */
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const compare = (a: NonNullable<SortValue>, b: NonNullable<SortValue>): number =>
  typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : Number(a) - Number(b);

/** A new array; rows with equal values keep their order. The same array where nothing is to be sorted. */
export const sortRows = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] => {
  const valueOf = sort ? columns.find((column) => column.key === sort.key && isSortable(column))?.value : undefined;
  if (!sort || !valueOf) return rows;
  const sign = sort.direction === 'ascending' ? 1 : -1;
  // Read once per row: an accessor may format or look up.
  const keyed = rows.map((row) => ({ row, value: valueOf(row) ?? null }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    return sign * compare(a.value, b.value);
  });
  return keyed.map(({ row }) => row);
};
