/** The search of log lines, the same wherever it runs: in the host, in a page, in a terminal. */
import type { LogLine } from './control/logs.ts';
import { VStackError } from './errors.ts';

/** What stands in a line beyond this is not searched: a bound to the work of one match. */
export const SEARCHED_CHARS_MAX = 2_000;

/** What an expression is matched against: the message, then the JSON of the fields. */
export const searchedTextOf = ({ message, fields }: Pick<LogLine, 'message' | 'fields'>): string =>
  (fields ? `${message} ${JSON.stringify(fields)}` : message).slice(0, SEARCHED_CHARS_MAX);

const messageOf = (pattern: string): string | undefined => {
  try {
    new RegExp(pattern, 'i');
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^.*\/i: /s, '');
  }
};

/**
 * Where an expression goes wrong, counted from 0. The engine does not say, but it can be asked: the fault stands right after the longest
 * beginning that is still good (or wrong in another way), all longer ones being wrong in the same way as the whole.
 */
const positionOf = (pattern: string, message: string): number => {
  for (let length = pattern.length - 1; length > 0; length -= 1) if (messageOf(pattern.slice(0, length)) !== message) return length;
  return 0;
};

/** Ignores case. @throws VStackError bad_request, with the position of the fault */
export const compileSearch = (pattern: string): RegExp => {
  const message = messageOf(pattern);
  if (message === undefined) return new RegExp(pattern, 'i');
  const position = positionOf(pattern, message);
  const text = `The search is no regular expression: ${message}, at position ${position + 1} ("${pattern.slice(position, position + 10)}"). Put a \\ before characters that stand for themselves.`;
  throw new VStackError('bad_request', text, { details: { field: 'search', position } });
};
