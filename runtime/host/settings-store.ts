/** The settings in force, kept in `settings.json`. A file that cannot be read is reported and left as it is, never overwritten. */
import { defaultSettings, migrateSettings, SETTINGS_VERSION, type Settings, type SettingsChange } from '../contract/settings.ts';
import { VStackError } from '../contract/errors.ts';
import { readJsonFile, writeJsonFile } from '../platform/files.ts';

export interface SettingsStore {
  get(): Settings;
  /** Merges, checks and saves; resolves with the whole once it is on disk. */
  set(changes: SettingsChange): Promise<Settings>;
}

const load = async (path: string): Promise<Settings> => {
  const content = await readJsonFile(path);
  if (content === undefined) return defaultSettings();
  try {
    return migrateSettings(content);
  } catch (cause) {
    throw new VStackError('bad_request', `${path}: ${(cause as Error).message} Repair the file, or move it away to begin with the defaults.`, { cause });
  }
};

export const openSettings = async (path: string): Promise<SettingsStore> => {
  let settings = await load(path);
  let saving: Promise<unknown> = Promise.resolve();
  return {
    get: () => settings,
    set(changes) {
      // One after the other, so that two doors that set different fields at once both win.
      const saved = saving.then(async () => {
        const next = migrateSettings({ ...settings, ...changes, version: SETTINGS_VERSION });
        await writeJsonFile(path, next);
        settings = next;
        return next;
      });
      saving = saved.catch(() => undefined);
      return saved;
    },
  };
};
