/**
 * What a person may set, kept in `settings.json`. A file of an older version is migrated step by step; one of a newer version is refused,
 * never overwritten.
 */
import { z } from 'zod';
import { VStackError } from './errors.ts';

export const SETTINGS_VERSION = 2;

/** One machine carries no more processes with pleasure. */
export const NODES_MAX = 16;
/** A grant names at most this many stores. */
export const REPLICAS_MAX = 5;

export const Settings = z.object({
  version: z.literal(SETTINGS_VERSION),
  /** Storage nodes a launch brings up when it is not told otherwise. Copies of a chunk stand on different ones. */
  nodeCount: z.number().int().min(1).max(NODES_MAX).default(5),
  /** 0: the system chooses. Otherwise metadata takes N, the nodes' links N+1 to N+3, the uploader N+4, further links N+10 and up. */
  portBase: z.number().int().min(0).max(65_000).default(0),
  /** `off` only for compatibility runs with clients that know no secret. */
  authentication: z.enum(['on', 'off']).default('on'),
  /** Bytes a storage node may fill; null: what is free on its disk. */
  nodeCapacityBytes: z.number().int().positive().nullable().default(null),
  /** Full copies of each chunk that new videos get. Three survive the loss of one node without waiting for repair. */
  replicaCount: z.number().int().min(1).max(REPLICAS_MAX).default(3),
  /** Whether the desktop program also opens the web door, and with it the dashboard's REST API. `vstack serve` always does. */
  dashboardDoor: z.enum(['on', 'off']).default('off'),
  /** Of that door; 0: the system chooses. */
  dashboardPort: z.number().int().min(0).max(65_535).default(0),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
});
export type Settings = z.infer<typeof Settings>;

/** A change names only what it changes. The defaults are taken off, or they would creep in and reset every field that is not named. */
export const SettingsChange = z
  .object({
    nodeCount: Settings.shape.nodeCount.unwrap(),
    portBase: Settings.shape.portBase.unwrap(),
    authentication: Settings.shape.authentication.unwrap(),
    nodeCapacityBytes: Settings.shape.nodeCapacityBytes.unwrap(),
    replicaCount: Settings.shape.replicaCount.unwrap(),
    dashboardDoor: Settings.shape.dashboardDoor.unwrap(),
    dashboardPort: Settings.shape.dashboardPort.unwrap(),
    theme: Settings.shape.theme.unwrap(),
  })
  .partial();
export type SettingsChange = z.infer<typeof SettingsChange>;

export const defaultSettings = (): Settings => Settings.parse({ version: SETTINGS_VERSION });

/** `migrations[v]` turns settings of version v into version v + 1. */
const migrations: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {
  // Version 2 added replicas and the desktop program's web door; what a file of version 1 lacks takes the defaults.
  1: (old) => ({ replicaCount: 3, dashboardDoor: 'off', dashboardPort: 0, ...old }),
};

/** Reads settings of any known version. Throws `bad_request` for what is no settings file or comes from a newer program. */
export const migrateSettings = (input: unknown): Settings => {
  const isObject = typeof input === 'object' && input !== null;
  let settings: Record<string, unknown> = isObject ? { ...(input as Record<string, unknown>) } : {};
  const { version } = settings;
  if (typeof version !== 'number') throw new VStackError('bad_request', 'The settings carry no version number; they were not written by this program.');
  if (version > SETTINGS_VERSION) {
    throw new VStackError('bad_request', `The settings have version ${version}, this program knows up to ${SETTINGS_VERSION}. Use a newer program.`);
  }
  for (let v = version; v < SETTINGS_VERSION; v++) settings = { ...migrations[v]!(settings), version: v + 1 };
  const parsed = Settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new VStackError('bad_request', `The setting "${first!.path.join('.')}" is wrong: ${first!.message}.`);
};
