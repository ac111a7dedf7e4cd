/** From what stands in a form's fields to the input of a call. Fields hold text; an empty one is left out. */
import type { Field } from './json-schema.ts';

/** What was typed, by field. */
export type Typed = Readonly<Record<string, string>>;

/** A problem with one field; `field` is empty when it is about the whole input. */
export interface InputProblem {
  field: string;
  text: string;
}

export type BuiltInput = { input: Record<string, unknown>; problems: InputProblem[] };

const parseField = (field: Field, text: string): { value: unknown } | { problem: string } => {
  if (field.isNullable && text === 'null') return { value: null };
  if (field.kind === 'choice' && (text === 'true' || text === 'false')) return { value: text === 'true' };
  if (field.kind === 'number') {
    const value = Number(text.replace(',', '.'));
    return text.trim() === '' || Number.isNaN(value) ? { problem: `Expected a number, got “${text}”.` } : { value };
  }
  if (field.kind !== 'json') return { value: text };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `Expected JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
};

export const inputFrom = (fields: readonly Field[], typed: Typed): BuiltInput => {
  const input: Record<string, unknown> = {};
  const problems: InputProblem[] = [];
  for (const field of fields) {
    const text = typed[field.name] ?? '';
    if (text === '') continue;
    const parsed = parseField(field, text);
    if ('problem' in parsed) problems.push({ field: field.name, text: parsed.problem });
    else input[field.name] = parsed.value;
  }
  return { input, problems };
};
