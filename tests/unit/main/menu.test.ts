import type { BaseWindow, KeyboardEvent, MenuItem, MenuItemConstructorOptions } from 'electron';
import { beforeEach, describe, expect, test } from 'vitest';
import { menuTemplate } from '../../../main/menu.ts';
import { views } from '../../../renderer/navigation.ts';
import { standIn } from '../../fixtures/electron-stand-in.ts';

beforeEach(() => standIn.reset());

const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
const menu = (isMac = false) => {
  const sent: string[] = [];
  const template = menuTemplate({ theme: 'dark', send: (command) => sent.push(command), isMac });
  const items = flat(template);
  const choose = (label: string): void => items.find((item) => item.label?.replace('&', '') === label)!.click!({} as MenuItem, {} as BaseWindow, {} as KeyboardEvent);
  return { template, items, sent, choose };
};

describe('the menu', () => {
  test('leads to every view of the sidebar, by the same digits', () => {
    const { items, sent, choose } = menu();
    for (const [index, { label, path }] of views.entries()) {
      choose(label);
      expect(sent.at(-1)).toBe(`go:${path}`);
      expect(items.find((item) => item.label === label)!.accelerator).toBe(`CmdOrCtrl+${index + 1}`);
    }
  });

  test('asks the page to pick videos, to launch and stop, and for its own pages', () => {
    const { sent, choose } = menu();
    for (const label of ['Open Videos…', 'Launch Cluster', 'Stop Cluster…', 'Settings', 'Logs', 'Keyboard Shortcuts', 'Search or Run a Command…', 'About V-Stack Control Center']) choose(label);
    expect(sent).toEqual(['open-videos', 'cluster:launch', 'cluster:stop', 'go:/settings', 'go:/cluster/logs', 'shortcuts', 'palette', 'go:/about']);
  });

  test('gives no key to two entries', () => {
    for (const isMac of [true, false]) {
      const keys = menu(isMac).items.flatMap((item) => item.accelerator ?? []);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test('marks the theme in force', () => {
    expect(menu().items.filter((item) => item.type === 'radio').map((item) => [item.label, item.checked])).toEqual([['As the system', false], ['Light', false], ['Dark', true]]);
  });

  test('begins with the program\'s own menu on a Mac, where settings and quit stand in it', () => {
    const [first, second] = menu(true).template;
    const roles = (item: MenuItemConstructorOptions | undefined) => flat([item!]).flatMap((entry) => entry.role ?? []);
    expect(first!.label).toBe('V-Stack Control Center');
    expect(roles(first)).toEqual(['services', 'hide', 'hideOthers', 'unhide', 'quit']);
    expect(roles(second)).toEqual(['close']);
    expect(flat(menu(false).template).filter((item) => item.role === 'quit')).toHaveLength(1);
  });

  test('offers developer tools only in a program that is not packaged', () => {
    const roles = () => menu().items.flatMap((item) => item.role ?? []);
    expect(roles()).not.toContain('toggleDevTools');
    standIn.isPackaged = false;
    expect(roles()).toContain('toggleDevTools');
  });

  test('opens the documentation in the system\'s browser', () => {
    menu().choose('Documentation');
    expect(standIn.journal).toEqual(['open external https://github.com/vstack/control-center']);
  });
});
