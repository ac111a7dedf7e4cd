import { beforeEach, expect, test } from 'vitest';
import { recoverFromCrashes } from '../../../main/crash-recovery.ts';
import { BrowserWindow, standIn } from '../../fixtures/electron-stand-in.ts';

let nowMs: number;
let crash: (reason: string) => void;
beforeEach(() => {
  standIn.reset();
  nowMs = 0;
  const window = new BrowserWindow({});
  recoverFromCrashes(window as never, () => nowMs);
  crash = (reason) => void window.webContents.emit('render-process-gone', {}, { reason, exitCode: 1 });
});

test('a page whose process dies is loaded again, and the person is told', () => {
  crash('oom');
  expect(standIn.windows[0]!.webContents.reloadCount).toBe(1);
  expect(standIn.dialogs).toMatchObject([{ kind: 'message', options: { message: 'The page was loaded again', detail: expect.stringContaining('oom') } }]);
});

test('a second crash within a minute ends the program with a reason', () => {
  crash('crashed');
  nowMs += 59_000;
  crash('crashed');
  expect(standIn.windows[0]!.webContents.reloadCount).toBe(1);
  expect([standIn.quitCount, standIn.errors[0]]).toEqual([1, expect.stringContaining('crashed again')]);
});

test('a crash hours later is a first one', () => {
  crash('crashed');
  nowMs += 3_600_000;
  crash('crashed');
  expect([standIn.windows[0]!.webContents.reloadCount, standIn.quitCount]).toEqual([2, 0]);
});

test('a process that ends in order is none', () => {
  crash('clean-exit');
  expect([standIn.windows[0]!.webContents.reloadCount, standIn.dialogs]).toEqual([0, []]);
});
