/** What only the real Electron can show. The steps of a person are those of every door (describeDoors), which includes it where it is found. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRealElectronDoor, type OpenElectronDoor, realElectronMissing } from './door-electron.ts';

const missing = realElectronMissing();
if (missing) {
  console.warn(`The real Electron is NOT tested: ${missing}. Name a distribution in ELECTRON_OVERRIDE_DIST_PATH, or run \`npx install-electron\`; under Linux give it a display (xvfb-run).`);
}

describe.skipIf(missing !== undefined)('the real Electron', () => {
  let door: OpenElectronDoor;

  beforeAll(async () => {
    door = await openRealElectronDoor();
  });
  afterAll(() => door?.close());

  test('gives the page no Node and no way out', async () => {
    await door.page.getByRole('button', { name: 'Launch only' }).waitFor();
    expect(await door.page.evaluate(() => 'process' in globalThis || 'require' in globalThis)).toBe(false);
    expect(door.page.url()).not.toMatch(/^(file|https?):/);
  });

  test('keeps the preload\'s means to itself: the page has the bridge and nothing more', async () => {
    const own = await door.page.evaluate(() => Object.getOwnPropertyNames(globalThis).filter((name) => /electron|ipc|vstack/i.test(name)));
    expect(own).toEqual(['vstack']);
  });
});
