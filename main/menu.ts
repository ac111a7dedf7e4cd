/**
 * The menu. What the system knows how to do are roles, with its own words, keys and behaviour; the rest the page does, as commands that its
 * palette knows too. Keys the page itself listens to are shown but not taken from it.
 */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../runtime/contract/native.ts';
import type { Settings } from '../runtime/contract/settings.ts';
import { openDocumentation } from './external-links.ts';

export interface MenuOptions {
  theme: Settings['theme'];
  /** Tells the page. */
  send: (command: MenuCommand) => void;
  isMac?: boolean;
}

type Items = MenuItemConstructorOptions[];

/** In the order of the sidebar; the digits lead to them in the page too. */
const VIEWS = ['Cluster', 'Library', 'Dashboard', 'Network', 'Consensus', 'Benchmarks', 'Chaos', 'Storage', 'Reports'];
const THEMES = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const;

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** Apart from `setMenu`, so that it can be read without Electron. */
export const menuTemplate = ({ theme, send, isMac = process.platform === 'darwin' }: MenuOptions): Items => {
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({ label, click: () => send(name), ...(accelerator && { accelerator }) });
  const settings = command(isMac ? 'Settings…' : '&Settings', 'go:/settings', 'CmdOrCtrl+,');
  const about = command(`${isMac ? '' : '&'}About V-Stack Control Center`, 'go:/about');

  const appMenu: Items = [
    about, separator, settings, separator, { role: 'services' }, separator, { role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, separator, { role: 'quit' },
  ];
  const file: Items = [
    command('&Open Videos…', 'open-videos', 'CmdOrCtrl+O'),
    separator,
    command('&Launch Cluster', 'cluster:launch', 'CmdOrCtrl+Shift+L'),
    command('S&top Cluster…', 'cluster:stop'),
    ...(isMac ? [separator, { role: 'close' as const }] : [separator, settings, separator, { role: 'quit' as const }]),
  ];
  const view: Items = [
    ...VIEWS.map((label, index) => command(label, `go:/${label.toLowerCase()}`, `CmdOrCtrl+${index + 1}`)),
    command('Logs', 'go:/cluster/logs', 'CmdOrCtrl+Shift+J'),
    separator,
    { ...command('Search or Run a Command…', 'palette', 'CmdOrCtrl+K'), registerAccelerator: false },
    { label: 'Theme', submenu: THEMES.map(([name, label]) => ({ label, type: 'radio' as const, checked: name === theme, click: () => send(`theme:${name}`) })) },
    separator,
    { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' },
    ...(app.isPackaged ? [] : [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
  ];
  const help: Items = [
    { label: '&Documentation', click: openDocumentation },
    command('Keyboard &Shortcuts', 'shortcuts'),
    ...(isMac ? [] : [separator, about]),
  ];
  return [
    ...(isMac ? [{ label: 'V-Stack Control Center', submenu: appMenu }] : []),
    { label: '&File', submenu: file },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    { role: 'windowMenu' },
    { label: '&Help', role: 'help', submenu: help },
  ];
};

export const setMenu = (options: MenuOptions): void => Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
