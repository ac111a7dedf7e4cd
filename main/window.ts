import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { recoverFromCrashes } from './crash-recovery.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

/** As --bg of the two themes, so that the window does not flash before the page is drawn. */
const BACKGROUND = { dark: '#0e1116', light: '#f5f6f8' } as const;
const WIDTH_MIN = 1024;
const HEIGHT_MIN = 640;

/** Resolves when the window is on the screen. */
export const openWindow = async (pageUrl: string, preloadPath: string): Promise<BrowserWindow> => {
  const stateFile = join(app.getPath('userData'), 'window.json');
  const { isMaximized, version: _version, ...bounds } = readWindowState(stateFile, screen.getAllDisplays().map((display) => display.workArea));
  const window = new BrowserWindow({
    ...bounds,
    minWidth: WIDTH_MIN,
    minHeight: HEIGHT_MIN,
    show: false,
    title: 'V-Stack Control Center',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.on('close', () => writeWindowState(stateFile, { version: 1, ...window.getNormalBounds(), isMaximized: window.isMaximized() }));
  recoverFromCrashes(window);
  const isDrawn = new Promise<void>((resolve) => window.once('ready-to-show', () => resolve()));
  await Promise.all([window.loadURL(pageUrl), isDrawn]);
  if (isMaximized) window.maximize();
  window.show();
  return window;
};
