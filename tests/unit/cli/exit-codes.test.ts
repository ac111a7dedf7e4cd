import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCode, exitCodeOf, exitCodeTable } from '../../../runtime/cli/exit-codes.ts';
import { VStackError, type ErrorCode } from '../../../runtime/contract/errors.ts';

describe('exit codes', () => {
  it('are all in the table, once, and stand in docs/cli.md word by word', () => {
    expect(exitCodeTable.map(([code]) => code).sort()).toEqual(Object.values(exitCode).sort());
    const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    for (const [code, meaning] of exitCodeTable) expect(page).toContain(`| ${code} | ${meaning} |`);
  });

  it.each<[ErrorCode, number]>([['cancelled', 130], ['not_running', 3], ['not_found', 4], ['bad_request', 2], ['invalid_id', 2], ['port_in_use', 1], ['internal', 1]])('%s gives %i', (code, expected) => {
    expect(exitCodeOf(new VStackError(code, 'x'))).toBe(expected);
  });

  it('of a failure nobody expected is 1', () => expect(exitCodeOf(new TypeError('x'))).toBe(1));
});
