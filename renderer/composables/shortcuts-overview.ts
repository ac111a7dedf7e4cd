/** Whether the overview of shortcuts is open, and what it shows. */
import { shallowRef, type ShallowRef } from 'vue';
import { activeShortcuts, type Shortcut } from './shortcuts.ts';

const isOpen = shallowRef(false);

export const ANYWHERE = 'Anywhere';
export const GO_TO = 'Go to';

export interface ShortcutGroup {
  scope: string;
  shortcuts: Shortcut[];
}

/** By heading: what the present view adds comes first, what always works last. */
export const groupShortcuts = (shortcuts: readonly Shortcut[]): ShortcutGroup[] => {
  const groups = new Map<string, Shortcut[]>();
  for (const shortcut of shortcuts) groups.set(shortcut.scope, [...(groups.get(shortcut.scope) ?? []), shortcut]);
  const rank = (scope: string): number => [ANYWHERE, GO_TO].indexOf(scope);
  return [...groups].map(([scope, list]) => ({ scope, shortcuts: list })).sort((a, b) => rank(a.scope) - rank(b.scope));
};

export interface ShortcutOverview {
  isOpen: ShallowRef<boolean>;
  groups(): ShortcutGroup[];
}

export const useShortcutOverview = (): ShortcutOverview => ({ isOpen, groups: () => groupShortcuts(activeShortcuts()) });
