/** What stands in a menu. */
import type { IconName } from './icons.ts';

export interface MenuAction {
  label: string;
  run: () => void;
  icon?: IconName;
  /** Cannot be undone. */
  danger?: boolean;
  disabled?: boolean;
  /** The keys that do the same without the menu, as `Ctrl K`. */
  shortcut?: string;
  separator?: false;
}

/** A line between groups. */
export interface MenuSeparator {
  separator: true;
}

export type MenuItem = MenuAction | MenuSeparator;
