/**
 * Every call of the control contract with what a form needs to know of it. The contract's values carry the schemas and zod along, so this
 * module is loaded with the palette, never with the page.
 */
import { z } from 'zod';
import type { CallDefinition, Permission } from '../../runtime/contract/control/call.ts';
import { type CallName, calls } from '../../runtime/contract/control/index.ts';
import type { InputProblem } from './form-input.ts';
import { type Field, fieldsOf, type JsonSchema } from './json-schema.ts';

export interface ContractCall {
  name: CallName;
  summary: string;
  needs: Permission;
  fields: Field[];
  /** What is wrong with an input, in words, before it is sent; an empty list when nothing is. */
  check(input: unknown): InputProblem[];
}

const CAME_LENGTH_MAX = 60;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), input);

const came = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > CAME_LENGTH_MAX ? `${text.slice(0, CAME_LENGTH_MAX)}…` : text;
};

const limitWords = (issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string => {
  const limit = issue.code === 'too_big' ? issue.maximum : issue.minimum;
  const bound = `${issue.code === 'too_big' ? 'at most' : issue.inclusive === false ? 'more than' : 'at least'} ${limit}`;
  if (issue.origin === 'string') return `${bound} ${limit === 1 ? 'character' : 'characters'}`;
  return issue.origin === 'array' ? `${bound} entries` : bound;
};

const typeWords: Readonly<Record<string, string>> = { int: 'a whole number', number: 'a number', string: 'text', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null' };

const expectedWords = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'too_big':
    case 'too_small': return limitWords(issue);
    case 'invalid_type': return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value': return `one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys': return `no field named ${issue.keys.join(', ')}`;
    // Rules with words of their own explain themselves; the others at least name the pattern.
    case 'invalid_format': return issue.message.startsWith('Invalid') ? `text that matches ${issue.pattern ?? issue.format}` : `that ${issue.message}`;
    default: return `that ${issue.message}`;
  }
};

/** What was expected, and what came instead. */
const problemOf = (issue: z.core.$ZodIssue, input: unknown): InputProblem => {
  const [field = '', ...inner] = issue.path.map(String);
  const value = valueAt(input, issue.path);
  const where = inner.length > 0 ? ` at ${inner.join('.')}` : '';
  if (value === undefined) return { field, text: `Expected ${expectedWords(issue)}${where}; it was left out.` };
  return { field, text: `Expected ${expectedWords(issue)}${where}, got ${came(value)}.` };
};

const contractCall = (name: CallName, { input, needs, summary }: CallDefinition): ContractCall => ({
  name,
  summary,
  needs,
  // Playback has sessions too, but only those of uploads are known to the page by their id.
  fields: fieldsOf(z.toJSONSchema(input, { io: 'input' }) as JsonSchema).map((field) => (field.known === 'upload' && !name.startsWith('uploads:') ? { ...field, known: null } : field)),
  check: (value) => {
    const parsed = input.safeParse(value);
    return parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, value));
  },
});

export const contractCalls: readonly ContractCall[] = Object.entries(calls).map(([name, definition]) => contractCall(name as CallName, definition));
