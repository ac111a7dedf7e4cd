import { expect, test } from 'vitest';
import { defaultSettings, migrateSettings, SETTINGS_VERSION } from '../../../runtime/contract/settings.ts';

/** As the first release wrote it: no copies to choose, no door beside the window. */
const versionOne = { version: 1, nodeCount: 7, portBase: 9000, authentication: 'off', nodeCapacityBytes: 5_000_000, theme: 'dark' };

test('settings of version 1 keep what was chosen and take the defaults for what came later', () => {
  expect(migrateSettings(versionOne)).toEqual({ ...versionOne, version: SETTINGS_VERSION, replicaCount: 3, dashboardDoor: 'off', dashboardPort: 0 });
});

test('what a file of version 1 already said of a later setting is not overwritten', () => {
  expect(migrateSettings({ ...versionOne, replicaCount: 2 }).replicaCount).toBe(2);
});

test('migrating changes nothing in what was read', () => {
  const read = structuredClone(versionOne);
  migrateSettings(read);
  expect(read).toEqual(versionOne);
});

test('a wrong value in an old file is refused by its name, not replaced', () => {
  expect(() => migrateSettings({ ...versionOne, nodeCount: 99 })).toThrow('The setting "nodeCount" is wrong');
});

test('settings of this version come back as they are', () => {
  expect(migrateSettings({ ...defaultSettings(), theme: 'light' })).toEqual({ ...defaultSettings(), theme: 'light' });
});

test.each([
  ['without a version', { nodeCount: 5 }, 'carry no version number'],
  ['of a newer program', { ...defaultSettings(), version: SETTINGS_VERSION + 1 }, `knows up to ${SETTINGS_VERSION}`],
])('settings %s are refused', (_name, input, words) => expect(() => migrateSettings(input)).toThrow(words));
