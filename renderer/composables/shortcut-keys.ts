/**
 * Keys in words, and which pressed key they mean. A shortcut is written as it is said:
 *
 *   `k`  `?`  `/`  `5`     one character, as it appears when typed
 *   `Space` `ArrowLeft`    a named key
 *   `Shift+ArrowLeft`      a named key with Shift; a character carries its Shift in itself
 *   `Mod+k`                with Ctrl, or ⌘ on a Mac
 *   `g c`                  one after the other
 */

/** The part of a KeyboardEvent that says which key it was. */
export interface PressedKey {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const shown: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', ' ': 'Space' };

export const isMac = (platform: string): boolean => /mac|iphone|ipad/i.test(platform);

/** How the key would be written in a shortcut; null for a modifier alone, and for combinations no shortcut uses. */
export const chordOf = ({ key, ctrlKey, metaKey, altKey, shiftKey }: PressedKey): string | null => {
  if (altKey || ['Control', 'Meta', 'Shift', 'Alt', 'AltGraph', 'Dead', 'Process', 'Unidentified'].includes(key)) return null;
  const isCharacter = key.length === 1 && key !== ' ';
  const name = key === ' ' ? 'Space' : isCharacter ? key.toLowerCase() : key;
  const isShifted = shiftKey && (!isCharacter || /^[a-z]$/i.test(key));
  return `${ctrlKey || metaKey ? 'Mod+' : ''}${isShifted ? 'Shift+' : ''}${name}`;
};

/** The chords of a shortcut, in the order they are pressed. */
export const chordsOf = (keys: string): string[] => keys.split(' ');

/** The keycaps to draw, one list for each chord: `g c` → [['G'], ['C']], `Mod+k` → [['Ctrl', 'K']]. */
export const keycapsOf = (keys: string, onMac: boolean): string[][] =>
  chordsOf(keys).map((chord) =>
    chord.split('+').map((part) => {
      if (part === 'Mod') return onMac ? '⌘' : 'Ctrl';
      return shown[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    }),
  );

/** Keys that buttons, sliders, lists and tabs need for themselves while they have the focus. */
const controlKeys = new Set(['Space', 'Enter', 'Tab', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);
export const isControlKey = (chord: string): boolean => controlKeys.has(chord.replace(/^Shift\+/, ''));
