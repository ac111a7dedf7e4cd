import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellFailures } from '../../../main/failures.ts';
import { standIn } from '../../fixtures/electron-stand-in.ts';

let program: EventEmitter;
beforeEach(() => {
  standIn.reset();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  program = new EventEmitter();
  tellFailures('/data', program);
});
afterEach(() => vi.restoreAllMocks());

test.each(['uncaughtException', 'unhandledRejection'])('%s is told in words, and the program ends in order', (name) => {
  program.emit(name, new Error('a broken invariant'));
  expect(standIn.errors).toEqual([expect.stringMatching(/unexpected error: a broken invariant[^]*\/data/)]);
  expect(standIn.quitCount).toBe(1);
});

test('what fails while the program ends is only logged', () => {
  program.emit('uncaughtException', new Error('first'));
  program.emit('unhandledRejection', 'second');
  expect([standIn.errors.length, standIn.quitCount, vi.mocked(console.error).mock.calls.length]).toEqual([1, 1, 2]);
});
