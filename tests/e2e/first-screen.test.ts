import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDoors, type OpenDoor } from './doors.ts';
import { testFirstScreen } from './first-screen-steps.ts';
import { isBuilt } from './web-door.ts';

describeDoors('the first screen, over a real cluster', ({ open }) => {
  let door: OpenDoor;

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test opens the built page.').toBe(true);
    door = await open();
  });
  afterAll(() => door?.close());

  test('offers to launch, and the address gives no token away', async () => {
    await door.page.getByRole('button', { name: 'Launch only' }).waitFor();
    expect(door.page.url()).not.toContain('token');
  });

  testFirstScreen(() => door);

  test('nothing was complained about: no script error, no violated policy', () => {
    expect(door.complaints()).toEqual([]);
  });
});
