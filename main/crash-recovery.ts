/**
 * When the process behind the page dies, the page is loaded again, once, and the person is told. The host and its cluster live elsewhere and
 * go on. A page that dies again right away would only flicker; then the program says so and ends in order.
 */
import { app, type BrowserWindow, dialog } from 'electron';
import { showNotice } from './notice.ts';

/** Whoever crashes a second time within this time crashes for a lasting reason. */
const AGAIN_MS_MAX = 60_000;

export const recoverFromCrashes = (window: BrowserWindow, nowMs: () => number = () => performance.now()): void => {
  let crashedAtMs: number | undefined;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const isAgain = crashedAtMs !== undefined && nowMs() - crashedAtMs < AGAIN_MS_MAX;
    crashedAtMs = nowMs();
    if (isAgain) {
      dialog.showErrorBox('The page crashed again', `Its process ended twice within a minute (${reason}). The program ends now and stops the cluster in order; everything stored is on disk.`);
      app.quit();
      return;
    }
    window.webContents.reload();
    showNotice(window, { message: 'The page was loaded again', detail: `The process that drew it ended (${reason}). The cluster was not touched and runs on.` });
  });
};
