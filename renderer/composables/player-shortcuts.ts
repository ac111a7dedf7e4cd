/** The player's keys. They work wherever the focus is, but for the keys a focused control needs itself. */
import type { Playback } from './playback.ts';
import { type Shortcut, useShortcuts } from './shortcuts.ts';
import type { Volume } from './volume.ts';
import { LEAP_SEC, SEEK_STEP_SEC } from '../playback/marks.ts';
import { nextSpeed } from '../playback/speeds.ts';

const SCOPE = 'Player';
const VOLUME_STEP = 0.05;

export interface PlayerActions {
  playback: Pick<Playback, 'toggle' | 'seek' | 'setRate' | 'currentSec' | 'rate' | 'manifest'>;
  sound: Pick<Volume, 'change' | 'toggleMuted'>;
  next(): void;
  previous(): void;
  toggleFullscreen(): void;
  togglePictureInPicture(): void;
  toggleInfo(): void;
}

export const playerShortcuts = ({ playback, sound, ...view }: PlayerActions): Shortcut[] => {
  const { currentSec, rate, manifest } = playback;
  const leap = (bySec: number) => (): void => playback.seek(currentSec.value + bySec);
  const keys = (on: string | readonly string[], description: string, run: () => void): Shortcut => ({ keys: on, scope: SCOPE, description, run });
  return [
    keys(['Space', 'k'], 'Play or pause', playback.toggle),
    keys('ArrowLeft', `Back ${SEEK_STEP_SEC} seconds`, leap(-SEEK_STEP_SEC)),
    keys('ArrowRight', `Ahead ${SEEK_STEP_SEC} seconds`, leap(SEEK_STEP_SEC)),
    keys(['j', 'Shift+ArrowLeft'], `Back ${LEAP_SEC} seconds`, leap(-LEAP_SEC)),
    keys(['l', 'Shift+ArrowRight'], `Ahead ${LEAP_SEC} seconds`, leap(LEAP_SEC)),
    keys('Home', 'To the beginning', () => playback.seek(0)),
    keys('End', 'To the end', () => playback.seek(manifest.value?.duration_sec ?? 0)),
    keys('<', 'Slower', () => playback.setRate(nextSpeed(rate.value, -1))),
    keys('>', 'Faster', () => playback.setRate(nextSpeed(rate.value, 1))),
    keys('Shift+n', 'Next video', view.next),
    keys('Shift+p', 'Previous video', view.previous),
    keys('ArrowUp', 'Louder', () => sound.change(VOLUME_STEP)),
    keys('ArrowDown', 'Quieter', () => sound.change(-VOLUME_STEP)),
    keys('m', 'Sound on or off', sound.toggleMuted),
    keys('f', 'Full screen', view.toggleFullscreen),
    keys('p', 'Picture in picture', view.togglePictureInPicture),
    keys('i', 'Figures over the picture', view.toggleInfo),
  ];
};

export const usePlayerShortcuts = (actions: PlayerActions): void => useShortcuts(playerShortcuts(actions));
