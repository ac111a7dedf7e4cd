/** Starting the program again brings the window that is there to the front, at the view that was asked for. */
import { app, type BrowserWindow } from 'electron';
import type { MenuCommand } from '../runtime/contract/native.ts';
import { showNotice } from './notice.ts';
import { StartArguments } from './start-arguments.ts';

export interface SecondStartOptions {
  own: StartArguments;
  window: () => BrowserWindow | undefined;
  send: (command: MenuCommand) => void;
}

export const answerSecondStarts = ({ own, window, send }: SecondStartOptions): void => {
  app.on('second-instance', (_event, _argv, _workingDirectory, data) => {
    const shown = window();
    if (!shown) return;
    if (shown.isMinimized()) shown.restore();
    shown.focus();
    const wanted = StartArguments.safeParse(data);
    if (!wanted.success) return;
    if (wanted.data.view) send(`go:${wanted.data.view as `/${string}`}`);
    if (wanted.data.dataDir === own.dataDir) return;
    showNotice(shown, {
      message: 'Another data folder is open',
      detail: `This window shows ${own.dataDir}. To open ${wanted.data.dataDir}, quit first and start again.`,
    });
  });
};
