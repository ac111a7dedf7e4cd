/** The shortcuts that work in every view: the palette, the overview, the view's filter, and the way to every view. */
import type { Router } from 'vue-router';
import { innerPages, type NavigationEntry, programPages, views } from '../navigation.ts';
import { usePalette } from './commands.ts';
import type { Shortcut } from './shortcuts.ts';
import { ANYWHERE, GO_TO, useShortcutOverview } from './shortcuts-overview.ts';

/** A view's filter is its search field; one that has several marks the right one. */
const FILTERS = ['#main [data-view-filter] input, #main input[data-view-filter]', '#main input[type="search"]'];

/** Puts the cursor into the view's filter; false when the view has none. */
export const focusFilter = (page: Pick<Document, 'querySelector'>): boolean => {
  for (const selector of FILTERS) {
    const filter = page.querySelector<HTMLInputElement>(selector);
    if (!filter) continue;
    filter.focus();
    filter.select();
    return true;
  }
  return false;
};

export const frameShortcuts = (router: Pick<Router, 'push'>): Shortcut[] => {
  const palette = usePalette();
  const overview = useShortcutOverview();
  const goTo = (entry: NavigationEntry, index?: number): Shortcut => ({
    keys: index === undefined ? `g ${entry.goKey}` : [String(index + 1), `g ${entry.goKey}`],
    scope: GO_TO,
    description: entry.label,
    run: () => void router.push(entry.path),
  });
  return [
    { keys: 'Mod+k', scope: ANYWHERE, description: 'Search or run a command', whileTyping: true, run: palette.open },
    { keys: '/', scope: ANYWHERE, description: 'Filter the view', run: () => focusFilter(document) },
    { keys: '?', scope: ANYWHERE, description: 'Show all shortcuts', run: () => (overview.isOpen.value = true) },
    ...views.map((entry, index) => goTo(entry, index)),
    ...[...innerPages, ...programPages].map((entry) => goTo(entry)),
  ];
};
