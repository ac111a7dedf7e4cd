import { resolve } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { answerSecondStarts } from '../../../main/second-start.ts';
import { startArguments } from '../../../main/start-arguments.ts';
import { BrowserWindow, standIn } from '../../fixtures/electron-stand-in.ts';

let sent: string[];
beforeEach(() => {
  standIn.reset();
  sent = [];
  const window = new BrowserWindow({});
  answerSecondStarts({ own: { dataDir: '/data' }, window: () => window as never, send: (command) => sent.push(command) });
});
const startAgain = (data: unknown): boolean => standIn.emitApp('second-instance', {}, [], '/', data);

test('a second start brings the window to the front, out of the task bar if need be', () => {
  standIn.windows[0]!.isMinimised = true;
  startAgain({ dataDir: '/data' });
  expect([standIn.windows[0]!.isMinimised, standIn.windows[0]!.focusCount, standIn.dialogs]).toEqual([false, 1, []]);
});

test('a second start hands on the view it names', () => {
  startAgain({ dataDir: '/data', view: '/library' });
  expect(sent).toEqual(['go:/library']);
});

test('a second start with another data folder is told that this one is open', () => {
  startAgain({ dataDir: '/other' });
  expect(standIn.dialogs).toMatchObject([{ options: { detail: expect.stringContaining('/other') } }]);
});

test('what another version says and this one does not understand only brings the window forward', () => {
  for (const data of [undefined, null, 'text', { dataDir: 7 }, { dataDir: '/data', view: 'javascript:alert(1)' }]) startAgain(data);
  expect([sent, standIn.dialogs, standIn.windows[0]!.focusCount]).toEqual([[], [], 5]);
});

test('the command line names a data folder and a view; a view that is none is left out', () => {
  standIn.switches.set('data', 'here').set('view', '/dashboard/realtime');
  expect(startArguments()).toEqual({ dataDir: resolve('here'), view: '/dashboard/realtime' });
  standIn.switches.set('view', 'https://example.org');
  expect(startArguments()).toEqual({ dataDir: resolve('here') });
});
