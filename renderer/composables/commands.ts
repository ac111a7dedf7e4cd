/**
 * The command palette's door to the rest of the page: whether it is open, and the commands that views bring along while they are on screen.
 * The palette itself is loaded when it is first opened.
 */
import { computed, getCurrentScope, onScopeDispose, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { IconName } from '../components/icons.ts';

export interface Command {
  /** Stable: the recently used ones are remembered by it. */
  id: string;
  /** The heading it stands under. */
  group: string;
  /** What it does, as a menu would say it. */
  title: string;
  /** Quieter, after the title. It is searched too. */
  detail?: string;
  icon?: IconName;
  /** The node it is about: its mark stands in the place of the icon. */
  nodeId?: string;
  /** Other words people would search for. */
  keywords?: string;
  /** The shortcut that does the same. */
  keys?: string;
  /** One of many alike: shown only once it is searched for. */
  isQuiet?: boolean;
  run: () => unknown;
}

const isOpen = shallowRef(false);
const sources = shallowRef<readonly (() => readonly Command[])[]>([]);

export interface Palette {
  isOpen: Readonly<ShallowRef<boolean>>;
  open(): void;
  close(): void;
}

export const usePalette = (): Palette => ({
  isOpen,
  open: () => {
    isOpen.value = true;
  },
  close: () => {
    isOpen.value = false;
  },
});

/** Offers commands in the palette until the surrounding scope ends. The getter is asked anew whenever the palette opens. */
export const useCommands = (source: () => readonly Command[]): void => {
  sources.value = [...sources.value, source];
  const remove = (): void => {
    sources.value = sources.value.filter((other) => other !== source);
  };
  if (getCurrentScope()) onScopeDispose(remove);
};

/** What the views on screen offer. */
export const useOfferedCommands = (): ComputedRef<Command[]> => computed(() => sources.value.flatMap((source) => [...source()]));
