/** The part of JSON Schema that inputs of calls use, and the fields of a form made from it. */

export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  description?: string;
}

/** Fields whose values the page knows. */
export type KnownKind = 'node' | 'video' | 'upload' | 'profile' | 'scenario';

export interface Field {
  name: string;
  kind: 'text' | 'number' | 'choice' | 'json';
  isRequired: boolean;
  /** `null` is a value of its own, written as the word. */
  isNullable: boolean;
  choices: readonly { value: string; label: string }[];
  /** What it takes, in words. */
  hint: string;
  known: KnownKind | null;
}

const KNOWN: Readonly<Record<string, KnownKind>> = { nodeId: 'node', videoId: 'video', sessionId: 'upload', profileId: 'profile', scenarioId: 'scenario' };

/** Beyond these a bound is only that of the number itself. */
const isRealBound = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const numberWords = (schema: JsonSchema): string => {
  const what = schema.type === 'integer' ? 'whole number' : 'number';
  const min = schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + (schema.type === 'integer' ? 1 : 0) : schema.minimum;
  if (isRealBound(min) && isRealBound(schema.maximum)) return `${what}, ${min} to ${schema.maximum}`;
  if (isRealBound(min)) return `${what}, ${min} or more`;
  return isRealBound(schema.maximum) ? `${what}, up to ${schema.maximum}` : what;
};

const textWords = ({ minLength = 0, maxLength }: JsonSchema): string => {
  if (maxLength !== undefined) return minLength > 0 ? `text, ${minLength} to ${maxLength} characters` : `text, up to ${maxLength} characters`;
  return 'text';
};

/** `anyOf [X, null]` and `type [X, null]` are X that may be null. */
const withoutNull = (schema: JsonSchema): { schema: JsonSchema; isNullable: boolean } => {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    return { schema: { ...schema, type: types.length === 1 ? types[0]! : types }, isNullable: types.length < schema.type.length };
  }
  const others = schema.anyOf?.filter((option) => option.type !== 'null');
  if (!others || others.length === schema.anyOf!.length) return { schema, isNullable: false };
  return { schema: others.length === 1 ? { ...schema, anyOf: undefined, ...others[0] } : { ...schema, anyOf: others }, isNullable: true };
};

const fieldOf = (name: string, whole: JsonSchema, isRequired: boolean): Field => {
  const { schema, isNullable } = withoutNull(whole);
  const tail = [
    ...(isNullable ? ['or null'] : []),
    ...(whole.default === undefined ? (isRequired ? [] : ['may be left out']) : [`${JSON.stringify(whole.default)} when left out`]),
  ];
  const base = { name, isRequired, isNullable, known: KNOWN[name] ?? null, choices: [] };
  const hint = (words: string): string => [words, ...tail].join('; ');
  if (schema.enum) return { ...base, kind: 'choice', choices: schema.enum.map((value) => ({ value: String(value), label: String(value) })), hint: tail.join('; ') };
  if (schema.type === 'boolean') return { ...base, kind: 'choice', choices: [{ value: 'true', label: 'yes' }, { value: 'false', label: 'no' }], hint: tail.join('; ') };
  if (schema.type === 'integer' || schema.type === 'number') return { ...base, kind: 'number', hint: hint(numberWords(schema)) };
  if (schema.type === 'string') return { ...base, kind: 'text', hint: hint(base.known ? 'one that is known, or any other' : textWords(schema)) };
  return { ...base, kind: 'json', hint: hint(schema.type === 'array' ? 'list, as JSON' : 'as JSON') };
};

/** The fields of an input, required ones first. A call without input has none. */
export const fieldsOf = (schema: JsonSchema): Field[] => {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => fieldOf(name, property, required.has(name)));
  return [...fields.filter((field) => field.isRequired), ...fields.filter((field) => !field.isRequired)];
};
