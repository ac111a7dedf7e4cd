import { describe, expect, test } from 'vitest';
import { changeFields, SLOW_CLOSE_MS_MAX } from '../../../../renderer/network/change-fields.ts';
import * as contract from '../../../../runtime/contract/link.ts';

const field = (key: string) => changeFields.find((candidate) => candidate.key === key)!;
const change = { toNode: { latencyMs: 5, bitsPerSecond: 1e6 }, toClient: { latencyMs: 5 }, partition: 'both', resetShare: 0.25 } as const;

describe('the fields of a change', () => {
  test('say what it names, and nothing of the rest', () => {
    expect(changeFields.map(({ key, text }) => [key, text(change)])).toEqual([
      ['latency', '10'], ['jitter', ''], ['down', ''], ['up', '1'], ['loss', ''], ['resetShare', '25'], ['slowCloseMs', ''],
    ]);
  });

  test('take a figure out without a trace when they are emptied', () => {
    const rest = field('latency').typed(change, ' ')!;
    expect(rest).toEqual({ toNode: { bitsPerSecond: 1e6 }, partition: 'both', resetShare: 0.25 });
    expect(field('resetShare').typed(field('up').typed(rest, '')!, '')).toEqual({ partition: 'both' });
  });

  test('put what is typed beside the rest, within its bounds', () => {
    expect(field('slowCloseMs').typed({ partition: 'both' }, '250')).toEqual({ partition: 'both', slowCloseMs: 250 });
    expect(field('slowCloseMs').typed({}, '1e9')).toEqual({ slowCloseMs: contract.SLOW_CLOSE_MS_MAX });
    expect(field('resetShare').typed(change, '2,5')).toMatchObject({ resetShare: 0.025, partition: 'both' });
    expect(field('resetShare').typed({}, '-3')).toEqual({ resetShare: 0 });
    expect(field('down').typed({}, 'none')).toEqual({ toClient: { bitsPerSecond: null } });
    for (const { typed } of changeFields) expect(contract.LinkChange.parse(typed(change, '1'))).toEqual(typed(change, '1'));
  });

  test('refuse what is no number', () => {
    for (const { typed } of changeFields) expect(typed(change, 'fast')).toBeUndefined();
  });

  test('have the bounds of the contract', () => expect(SLOW_CLOSE_MS_MAX).toBe(contract.SLOW_CLOSE_MS_MAX));
});
