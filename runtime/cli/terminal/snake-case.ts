/** JSON that leaves the program is snake_case, as everywhere on the wire. */

/** Below these keys stand names of somebody else's choosing, which are left as they are. */
const FOREIGN = new Set(['fields', 'details']);

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before}_${after.toLowerCase()}`);

export const toSnakeCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snake(key), FOREIGN.has(key) ? inner : toSnakeCase(inner)]));
};
