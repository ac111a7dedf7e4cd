/** Aligned columns, two spaces apart, numbers to the right. */
import { widthOf, type Paint } from './style.ts';

export interface Column {
  title: string;
  /** @default 'left' */
  align?: 'left' | 'right';
}

const GAP = '  ';

export const formatTable = (columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string[] => {
  const widths = columns.map((column, index) => Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const space = ' '.repeat(widths[index]! - widthOf(cell));
        return align === 'right' ? space + cell : cell + space;
      })
      .join(GAP)
      .trimEnd();
  return [paint('dim', line(columns.map((column) => column.title))), ...rows.map(line)];
};

/** `label  value` lines with one left edge for the values. */
export const formatPairs = (pairs: readonly (readonly [label: string, value: string])[], paint: Paint): string[] => {
  const width = Math.max(0, ...pairs.map(([label]) => widthOf(label)));
  return pairs.map(([label, value]) => `${paint('dim', label + ' '.repeat(width - widthOf(label)))}${GAP}${value}`);
};
