/** What the exit code of `vstack` says. This table is printed by `vstack --help`. */
import { VStackError } from '../contract/errors.ts';

export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  notRunning: 3,
  notFound: 4,
  foundWrong: 5,
  targetMissed: 99,
  cancelled: 130,
} as const;

export const exitCodeTable: readonly [code: number, meaning: string][] = [
  [exitCode.ok, 'done; also when Ctrl-C or SIGTERM ended `up` or `serve`'],
  [exitCode.failure, 'failed; the message says why'],
  [exitCode.usage, 'bad usage: unknown command or option, wrong value; also a comparison that could not play all its blocks'],
  [exitCode.notRunning, 'no cluster runs in this data folder, or the needed part of it does not'],
  [exitCode.notFound, 'no such video, node, profile, scenario or file'],
  [exitCode.foundWrong, 'checked and found wrong: `doctor` found a problem, `play` could not get or verify a chunk'],
  [exitCode.targetMissed, '`compare` measured that a target was missed'],
  [exitCode.cancelled, 'cancelled by Ctrl-C'],
];

export const exitCodeOf = (error: unknown): number => {
  if (!(error instanceof VStackError)) return exitCode.failure;
  if (error.code === 'cancelled') return exitCode.cancelled;
  if (error.code === 'not_running') return exitCode.notRunning;
  if (error.code === 'not_found') return exitCode.notFound;
  return error.code === 'bad_request' || error.code === 'invalid_id' ? exitCode.usage : exitCode.failure;
};
