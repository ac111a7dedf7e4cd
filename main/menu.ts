import { app, Menu, type MenuItemConstructorOptions } from 'electron';

const isMac = process.platform === 'darwin';

/** Roles bring their own words, keys and behaviour on each system. */
const template = (): MenuItemConstructorOptions[] => [
  ...(isMac ? [{ role: 'appMenu' as const }] : []),
  { label: '&File', submenu: [{ role: isMac ? 'close' : 'quit' }] },
  { role: 'editMenu' },
  {
    label: '&View',
    submenu: [
      { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ type: 'separator' as const }, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
    ],
  },
  { role: 'windowMenu' },
  { label: '&Help', role: 'help', submenu: [{ role: 'about' }] },
];

export const setMenu = (): void => {
  app.setAboutPanelOptions({ applicationName: 'V-Stack Control Center', applicationVersion: app.getVersion() });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template()));
};
