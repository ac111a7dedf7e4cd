/**
 * The one place for keyboard shortcuts. A component registers its own while it is on screen; whatever is registered stands in the overview
 * (`?`). One listener serves all: never while somebody types, never behind an open dialog, and never a key the focused control needs itself.
 */
import { getCurrentScope, onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { chordOf, chordsOf, isControlKey } from './shortcut-keys.ts';

export interface Shortcut {
  /** As in shortcut-keys.ts: `k`, `Space`, `Shift+ArrowLeft`, `Mod+k`, `g c`. Several ways to the same thing are a list. */
  keys: string | readonly string[];
  /** The heading it stands under in the overview: the view's name, or `Anywhere`. */
  scope: string;
  /** What it does, as a menu would say it. */
  description: string;
  run: (event: KeyboardEvent) => void;
  /** Also while somebody types. @default false */
  whileTyping?: boolean;
}

/** The second key of a sequence is waited for this long. */
export const SEQUENCE_MS_MAX = 1_500;

const groups = shallowRef<readonly (readonly Shortcut[])[]>([]);
/** The chord that was pressed and begins a sequence, while the next one is waited for. */
const pending = shallowRef<string | null>(null);
let pendingTimer: ReturnType<typeof setTimeout> | undefined;

export const keysOf = ({ keys }: Pick<Shortcut, 'keys'>): readonly string[] => (typeof keys === 'string' ? [keys] : keys);

/** All that are active, in the order they were registered. */
export const activeShortcuts = (): Shortcut[] => groups.value.flat();

/** Keys that mean two things at once: the same ones twice, or one that begins another's sequence. */
export const conflictsOf = (shortcuts: readonly Shortcut[]): string[] => {
  const all = shortcuts.flatMap((shortcut) => keysOf(shortcut).map((keys) => ({ keys, shortcut })));
  return all.flatMap(({ keys, shortcut }, index) =>
    all
      .slice(index + 1)
      .filter((other) => other.keys === keys || other.keys.startsWith(`${keys} `) || keys.startsWith(`${other.keys} `))
      .map((other) => `"${keys}" (${shortcut.scope}: ${shortcut.description}) and "${other.keys}" (${other.shortcut.scope}: ${other.shortcut.description})`),
  );
};

/** Registers shortcuts until the surrounding scope ends. A list that changes is registered anew by its owner. */
export const useShortcuts = (shortcuts: readonly Shortcut[]): void => {
  groups.value = [...groups.value, shortcuts];
  const remove = (): void => {
    groups.value = groups.value.filter((group) => group !== shortcuts);
  };
  if (getCurrentScope()) onScopeDispose(remove);
};

export const usePendingKeys = (): Readonly<ShallowRef<string | null>> => pending;

const forget = (): void => {
  clearTimeout(pendingTimer);
  pending.value = null;
};
const wait = (chord: string): void => {
  forget();
  pending.value = chord;
  pendingTimer = setTimeout(forget, SEQUENCE_MS_MAX);
};

const TYPING = 'input:not([type="range"], [type="radio"], [type="checkbox"], [type="button"]), textarea, select, [contenteditable]';
const CONTROL = 'button, input, a, summary, [role="slider"], [role="tab"], [role="option"], [role="menuitem"], [role="switch"], [role="row"], [data-own-keys]';
const DIALOG = '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';

/** Handles a key press: runs the shortcut it completes. The youngest registration wins, so a view may take over a key. */
export const handleShortcutKey = (event: KeyboardEvent): void => {
  const chord = chordOf(event);
  if (chord === null || event.defaultPrevented) return;
  const target = event.target instanceof Element ? event.target : null;
  const isTyping = target?.closest(TYPING) != null;
  const isInDialog = target?.closest(DIALOG) != null;
  const isControl = target?.closest(CONTROL) != null;
  if (isInDialog || (isControl && isControlKey(chord))) return forget();

  const usable = activeShortcuts().filter((shortcut) => !isTyping || shortcut.whileTyping);
  const find = (keys: string): Shortcut | undefined => usable.findLast((shortcut) => keysOf(shortcut).includes(keys));
  const shortcut = (pending.value !== null && find(`${pending.value} ${chord}`)) || find(chord);
  const begins = !shortcut && usable.some((other) => keysOf(other).some((keys) => chordsOf(keys).length > 1 && keys.startsWith(`${chord} `)));
  if (begins) {
    event.preventDefault();
    return wait(chord);
  }
  forget();
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run(event);
};

/** Listens for the whole page; called once by the frame. Returns what ends it. */
export const listenForShortcuts = (page: Pick<Window, 'addEventListener' | 'removeEventListener'>): (() => void) => {
  page.addEventListener('keydown', handleShortcutKey);
  return () => {
    forget();
    page.removeEventListener('keydown', handleShortcutKey);
  };
};
