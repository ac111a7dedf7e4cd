/** A word to the person that nothing waits for: unlike an error box, which stops the main process until it is closed. */
import { type BrowserWindow, dialog } from 'electron';

export interface Notice {
  message: string;
  detail: string;
}

export const showNotice = (window: BrowserWindow | undefined, { message, detail }: Notice): void => {
  const options = { type: 'warning' as const, message, detail, buttons: ['OK'] };
  const shown = window && !window.isDestroyed() ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options);
  // The window may be closed under it; nothing is lost then.
  shown.catch(() => undefined);
};
