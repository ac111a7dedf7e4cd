/** Says in words how a child ended. */
import { childExit } from '../../contract/child.ts';
import type { ChildState } from './child-state.ts';

export interface ChildEndFacts {
  code?: number;
  signal?: string;
  /** The last of its stderr, or why it could not be launched. */
  reason?: string;
}

/** stderr can be long; a sentence on a screen takes its last line that says something. */
const REASON_CHARS_MAX = 300;

export const explainEnd = (state: Pick<ChildState, 'killed' | 'problem' | 'failedCode' | 'readySinceMs'>, end: ChildEndFacts): string => {
  if (state.killed !== null) return `It was ended: ${state.killed.reason}.`;
  // What the child itself said is the best explanation there is.
  if (state.failedCode !== null && state.problem !== null) return state.problem;
  const when = state.readySinceMs === null ? ' before it was ready' : '';
  if (end.signal !== undefined) return `It was ended by ${end.signal}${when}, which came from outside.`;
  const reason = end.reason === undefined || end.reason === '' ? '' : ` It wrote: ${shorten(end.reason)}`;
  if (end.code === undefined) return `It could not be launched.${reason}`;
  if (end.code === childExit.stopped) return `It ended by itself${when}, without having been asked.${reason}`;
  return `It ended with code ${end.code}${when}.${reason}`;
};

const shorten = (text: string): string => {
  // Node prints the message before the stack; the line with the error's name says most.
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const line = lines.find((candidate) => /error/i.test(candidate)) ?? lines.at(-1) ?? '';
  return line.slice(0, REASON_CHARS_MAX);
};
