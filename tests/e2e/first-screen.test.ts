import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeDoors, type OpenDoor } from './doors.ts';
import { takeFirstScreenSteps } from './first-screen-steps.ts';
import { step } from './step.ts';
import { isBuilt } from './web-door.ts';

/** Generous: a launch, uploads and restarts of real processes, also on a busy machine. */
const WALK_MS_MAX = 300_000;

describeDoors('the first screen, over a real cluster', ({ open }) => {
  let door: OpenDoor;

  // A program of its own for every attempt: what one left behind would fail its retry, too.
  beforeEach(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    door = await open();
  });
  afterEach(() => door?.close());

  test('does all that a newcomer does, from launching to stopping', { timeout: WALK_MS_MAX }, async () => {
    await step('offers to launch, and the address gives no token away', async () => {
      await door.page.getByRole('button', { name: 'Launch only' }).waitFor();
      expect(door.page.url()).not.toContain('token');
    });
    await takeFirstScreenSteps(door);
    expect(door.complaints()).toEqual([]);
  });
});
