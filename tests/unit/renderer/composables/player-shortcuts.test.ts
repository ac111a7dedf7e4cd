import { shallowRef } from 'vue';
import { expect, test, vi } from 'vitest';
import { type PlayerActions, playerShortcuts } from '../../../../renderer/composables/player-shortcuts.ts';
import { conflictsOf, keysOf } from '../../../../renderer/composables/shortcuts.ts';
import { frameShortcuts } from '../../../../renderer/composables/shortcuts-frame.ts';
import { makeManifest } from '../../../fixtures/manifest.ts';

const setUp = () => {
  const actions = {
    playback: { toggle: vi.fn(), seek: vi.fn(), setRate: vi.fn(), currentSec: shallowRef(20), rate: shallowRef(1), manifest: shallowRef(makeManifest()) },
    sound: { change: vi.fn(), toggleMuted: vi.fn() },
    next: vi.fn(), previous: vi.fn(), toggleFullscreen: vi.fn(), togglePictureInPicture: vi.fn(), toggleInfo: vi.fn(),
  } satisfies PlayerActions;
  const shortcuts = playerShortcuts(actions);
  const press = (key: string): void => shortcuts.find((shortcut) => keysOf(shortcut).includes(key))!.run({} as KeyboardEvent);
  return { actions, shortcuts, press };
};

test('no key of the player means something else in the frame', () => {
  const { shortcuts } = setUp();
  expect(conflictsOf([...frameShortcuts({ push: vi.fn() }), ...shortcuts])).toEqual([]);
});

test.each([
  ['ArrowLeft', 15], ['ArrowRight', 25], ['j', 10], ['l', 30], ['Shift+ArrowRight', 30], ['Home', 0], ['End', 30],
])('%s seeks to %d s', (key, toSec) => {
  const { actions, press } = setUp();
  press(key);
  expect(actions.playback.seek).toHaveBeenCalledExactlyOnceWith(toSec);
});

test('the angles change the speed', () => {
  const { actions, press } = setUp();
  press('>');
  press('<');
  expect(actions.playback.setRate.mock.calls).toEqual([[1.25], [0.75]]);
});

test('the others do what the overview says', () => {
  const { actions, press } = setUp();
  for (const key of ['Space', 'k', 'm', 'f', 'p', 'i', 'Shift+n', 'Shift+p']) press(key);
  expect(actions.playback.toggle).toHaveBeenCalledTimes(2);
  for (const action of [actions.sound.toggleMuted, actions.toggleFullscreen, actions.togglePictureInPicture, actions.toggleInfo, actions.next, actions.previous]) expect(action).toHaveBeenCalledOnce();
});
