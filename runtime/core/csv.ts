/** Comma-separated values (RFC 4180): an empty field for what is not known. */

const LINE_END = '\r\n';

export type CsvField = string | number | boolean | null | undefined;

/** Quotes a field that needs it; a spreadsheet takes text that begins with one of `=+-@` for a formula, so such text gets an apostrophe. */
const csvField = (value: CsvField): string => {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvLine = (fields: readonly CsvField[]): string => `${fields.map(csvField).join(',')}${LINE_END}`;
