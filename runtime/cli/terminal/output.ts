/**
 * Everything a command says. With `--json` each thing is one object on one line of stdout, and the last one is the result or the error;
 * without it, text for people: results on stdout, errors and progress on stderr.
 */
import { toErrorBody } from '../../contract/errors.ts';
import { toSnakeCase } from './snake-case.ts';
import { fitColumns, paintFor, printable, type Paint } from './style.ts';

export interface TextStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface Output {
  readonly isJson: boolean;
  readonly paint: Paint;
  /** Something on the way to the result. `lines` is what a person reads; null: nothing. */
  event(name: string, data: object, lines?: readonly string[] | null): void;
  /** The last word of a command that went well. */
  result(data: object, lines: readonly string[]): void;
  error(error: unknown): void;
  /** For people, on stderr; with `--json` the event it belongs to carries it. */
  warning(text: string): void;
  /** A line for people that stays in place and is replaced by the next; shown on a terminal only, never with `--json`. */
  status(text: string): void;
  /** Whether `status` shows anything. */
  readonly hasStatus: boolean;
}

export interface OutputOptions {
  json: boolean;
  stdout: TextStream;
  stderr: TextStream;
  env: Record<string, string | undefined>;
}

/** Of a terminal that does not tell its width. */
const COLUMNS_DEFAULT = 80;
const CLEAR_LINE = '\r\u001b[2K';

export const createOutput = ({ json, stdout, stderr, env }: OutputOptions): Output => {
  const paint = paintFor(stdout, env);
  const hasStatus = !json && stderr.isTTY === true && env.TERM !== 'dumb';
  let statusShown = false;
  const clearStatus = (): void => {
    if (statusShown) stderr.write(CLEAR_LINE);
    statusShown = false;
  };
  const print = (stream: TextStream, lines: readonly string[]): void => {
    clearStatus();
    for (const line of lines) stream.write(`${line}\n`);
  };
  const printJson = (event: string, data: object): void => print(stdout, [JSON.stringify({ event, ...(toSnakeCase(data) as object) })]);

  return {
    isJson: json,
    paint,
    hasStatus,
    event(name, data, lines = null) {
      if (json) printJson(name, data);
      else if (lines) print(stdout, lines);
    },
    result(data, lines) {
      if (json) printJson('result', data);
      else print(stdout, lines);
    },
    error(error) {
      const body = toErrorBody(error);
      if (json) return printJson('error', body);
      print(stderr, [`${paintFor(stderr, env)('bad', 'Error:')} ${printable(body.detail)}`]);
    },
    warning(text) {
      if (!json) print(stderr, [`${paintFor(stderr, env)('warn', 'Warning:')} ${printable(text)}`]);
    },
    status(text) {
      if (!hasStatus) return;
      // One column stays free: a full last column makes some terminals begin a new line, which could not be cleared.
      stderr.write(CLEAR_LINE + fitColumns(text, (stderr.columns || COLUMNS_DEFAULT) - 1));
      statusShown = true;
    },
  };
};
