/**
 * Profiles and scenarios: the built-in ones, and a person's own, kept in `network.json`. A file that cannot be read is reported and left as it
 * is, never overwritten.
 */
import { z } from 'zod';
import type { CallParsed } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import { builtInProfiles, builtInScenarios, NetworkProfile, Scenario } from '../../contract/network.ts';
import { readJsonFile, writeJsonFile } from '../../platform/files.ts';
import { freeId } from './ids.ts';

export const NETWORK_FILE_VERSION = 1;
/** Of each kind; more than a person keeps apart. */
export const OWN_MAX = 200;

const NetworkFile = z.object({ version: z.literal(NETWORK_FILE_VERSION), profiles: z.array(NetworkProfile), scenarios: z.array(Scenario) });
type NetworkFile = z.infer<typeof NetworkFile>;

/** `migrations[v]` turns a file of version v into version v + 1. Version 1 is the first. */
const migrations: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {};

/** Reads a file of any known version. @throws VStackError bad_request for what is no such file or comes from a newer program */
export const migrateNetworkFile = (input: unknown): NetworkFile => {
  let file = { ...(input as Record<string, unknown>) };
  if (typeof file.version !== 'number') throw new VStackError('bad_request', 'It carries no version number; it was not written by this program.');
  if (file.version > NETWORK_FILE_VERSION) throw new VStackError('bad_request', `It has version ${file.version}, this program knows up to ${NETWORK_FILE_VERSION}. Use a newer program.`);
  for (let version = file.version; version < NETWORK_FILE_VERSION; version++) file = { ...migrations[version]?.(file), version: version + 1 };
  const parsed = NetworkFile.safeParse(file);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new VStackError('bad_request', `"${first!.path.join('.')}" is wrong: ${first!.message}.`);
};

export interface NetworkLibrary {
  /** Built-in ones first, then a person's own in the order in which they were made. */
  profiles(): NetworkProfile[];
  scenarios(): Scenario[];
  /** @throws VStackError not_found */
  profile(profileId: string): NetworkProfile;
  scenario(scenarioId: string): Scenario;
  /** @throws VStackError not_found for the id of none of the own, forbidden for a built-in one, conflict for too many */
  saveProfile(wish: CallParsed<'network:save-profile'>): Promise<NetworkProfile>;
  /** @throws VStackError not_found, forbidden, conflict while a scenario uses it */
  deleteProfile(profileId: string): Promise<void>;
  /** @throws VStackError as above, and bad_request for a step after the end or with a profile that does not exist */
  saveScenario(wish: CallParsed<'scenarios:save'>): Promise<Scenario>;
  deleteScenario(scenarioId: string): Promise<void>;
}

interface Named {
  id: string;
  name: string;
}

const open = async (path: string): Promise<NetworkFile> => {
  const content = await readJsonFile(path);
  if (content === undefined) return { version: NETWORK_FILE_VERSION, profiles: [], scenarios: [] };
  try {
    return migrateNetworkFile(content);
  } catch (cause) {
    throw new VStackError('bad_request', `${path}: ${(cause as Error).message} Repair the file, or move it away to begin without profiles and scenarios of your own.`, { cause });
  }
};

/** @throws VStackError bad_request for a file that cannot be read */
export const openNetworkLibrary = async (path: string): Promise<NetworkLibrary> => {
  let file = await open(path);
  let saving: Promise<unknown> = Promise.resolve();

  /** One after the other, each on what the one before has left. */
  const save = <T>(change: (before: NetworkFile) => { after: NetworkFile; result: T }): Promise<T> => {
    const saved = saving.then(async () => {
      const { after, result } = change(file);
      await writeJsonFile(path, after);
      file = after;
      return result;
    });
    saving = saved.catch(() => undefined);
    return saved;
  };

  const profiles = (): NetworkProfile[] => [...builtInProfiles, ...file.profiles];
  const scenarios = (): Scenario[] => [...builtInScenarios, ...file.scenarios];

  const find = <T extends Named>(all: readonly T[], id: string, what: string): T => {
    const found = all.find((one) => one.id === id);
    if (found) return found;
    throw new VStackError('not_found', `There is no ${what} "${id}"; known: ${all.map((one) => one.id).join(', ') || 'none'}.`);
  };
  const refuseBuiltIn = (builtIn: readonly Named[], id: string | undefined, what: string): void => {
    const found = builtIn.find((one) => one.id === id);
    if (found) throw new VStackError('forbidden', `The ${what} “${found.name}” comes with the program and cannot be changed or deleted. Save one of your own under another name.`);
  };

  /** The own ones with this one in them: in the place of the one it replaces, or at the end. */
  const withOne = <T extends Named>(own: readonly T[], all: readonly T[], wish: Omit<T, 'id'> & { id?: string | undefined }, what: string): { list: T[]; one: T } => {
    if (wish.id === undefined && own.length >= OWN_MAX) throw new VStackError('conflict', `There are ${OWN_MAX} ${what}s of your own, and no room for more. Delete one first.`);
    const id = wish.id === undefined ? freeId(wish.name as string, all.map((one) => one.id), what) : find(own, wish.id, `${what} of your own`).id;
    const one = { ...wish, id } as T;
    return { one, list: wish.id === undefined ? [...own, one] : own.map((other) => (other.id === id ? one : other)) };
  };

  const refuseBadSteps = ({ steps, durationSec }: Pick<Scenario, 'steps' | 'durationSec'>): void => {
    for (const [index, { atSec, action }] of steps.entries()) {
      if (atSec > durationSec) throw new VStackError('bad_request', `Step ${index + 1} at ${atSec} s comes after the end of the scenario at ${durationSec} s. Make it longer, or the step earlier.`);
      if (action.kind === 'profile') find(profiles(), action.profileId, 'profile');
      if (action.kind === 'random-profile') for (const profileId of action.profileIds) find(profiles(), profileId, 'profile');
    }
  };
  const usesProfile = ({ steps }: Scenario, profileId: string): boolean =>
    steps.some(({ action }) => (action.kind === 'profile' && action.profileId === profileId) || (action.kind === 'random-profile' && action.profileIds.includes(profileId)));

  return {
    profiles,
    scenarios,
    profile: (profileId) => find(profiles(), profileId, 'profile'),
    scenario: (scenarioId) => find(scenarios(), scenarioId, 'scenario'),
    saveProfile: (wish) =>
      save((before) => {
        refuseBuiltIn(builtInProfiles, wish.id, 'profile');
        const { list, one } = withOne(before.profiles, profiles(), { ...wish, isBuiltIn: false }, 'profile');
        return { after: { ...before, profiles: list }, result: one };
      }),
    deleteProfile: (profileId) =>
      save((before) => {
        refuseBuiltIn(builtInProfiles, profileId, 'profile');
        find(before.profiles, profileId, 'profile of your own');
        const user = before.scenarios.find((scenario) => usesProfile(scenario, profileId));
        if (user) throw new VStackError('conflict', `The scenario “${user.name}” uses the profile "${profileId}". Change or delete the scenario first.`);
        return { after: { ...before, profiles: before.profiles.filter(({ id }) => id !== profileId) }, result: undefined };
      }),
    saveScenario: (wish) =>
      save((before) => {
        refuseBuiltIn(builtInScenarios, wish.id, 'scenario');
        refuseBadSteps(wish);
        const { list, one } = withOne(before.scenarios, scenarios(), { ...wish, isBuiltIn: false }, 'scenario');
        return { after: { ...before, scenarios: list }, result: one };
      }),
    deleteScenario: (scenarioId) =>
      save((before) => {
        refuseBuiltIn(builtInScenarios, scenarioId, 'scenario');
        find(before.scenarios, scenarioId, 'scenario of your own');
        return { after: { ...before, scenarios: before.scenarios.filter(({ id }) => id !== scenarioId) }, result: undefined };
      }),
  };
};
