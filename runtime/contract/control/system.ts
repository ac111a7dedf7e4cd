/** The program itself: versions, paths, settings. */
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { Settings, SettingsChange } from '../settings.ts';
import { defineCall } from './call.ts';

export const SystemInfo = z.object({
  version: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  /** Which door this host stands behind. */
  door: z.enum(['electron', 'web', 'cli']),
  dataDir: z.string(),
  hostPid: z.number().int(),
  sampleAvailable: z.boolean(),
  startedAtMs: z.number(),
  sqliteVersion: z.string(),
  /** Of the window; null behind the other doors. */
  electronVersion: z.string().nullable(),
  chromeVersion: z.string().nullable(),
  /** The data folder of the next start, where it was changed; else null. */
  nextDataDir: z.string().nullable(),
  paths: z.object({ data: z.string(), logs: z.string(), settings: z.string(), nodes: z.string() }),
  /** Where the dashboard's REST API answers; null while no web door is open. */
  dashboardUrl: z.string().nullable(),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

/** One finding of the doctor. */
export const Diagnosis = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'problem']),
  /** What was found. */
  finding: z.string(),
  /** What to do about it; null when there is nothing to do. */
  advice: z.string().nullable(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export const systemCalls = {
  'system:info': defineCall({ input: z.object({}), output: SystemInfo, needs: 'read', summary: 'Versions, door and paths of the running host.' }),
  'system:doctor': defineCall({
    input: z.object({}),
    output: z.object({ diagnoses: z.array(Diagnosis) }),
    needs: 'read',
    summary: 'Looks for what could keep a cluster from running: ports, disk, Node, browser, Electron.',
  }),
  'system:diagnostics': defineCall({
    input: z.object({}),
    output: z.object({ text: z.string() }),
    needs: 'read',
    summary: 'Versions, machine, settings, state and the last problems as text to send along with a report; it holds no secret.',
  }),
  'system:open-folder': defineCall({
    input: z.object({ folder: z.enum(['data', 'logs', 'node']), nodeId: NodeId.optional() }),
    output: z.object({
      path: z.string(),
      /** False where this machine has no file manager to open it; the path is then all there is. */
      opened: z.boolean(),
    }),
    needs: 'execute',
    summary: 'Opens a folder of this cluster in the file manager of the machine.',
  }),
  'system:set-data-folder': defineCall({
    input: z.object({ path: z.string().min(1).nullable() }),
    output: z.object({ path: z.string() }),
    needs: 'write',
    summary: 'Chooses the data folder of the next start; null goes back to the usual one. Nothing is moved or deleted.',
  }),
  'system:shutdown': defineCall({ input: z.object({}), output: z.object({}), needs: 'execute', summary: 'Stops the cluster and ends the host.' }),
  'settings:get': defineCall({ input: z.object({}), output: Settings, needs: 'read', summary: 'The settings in force.' }),
  'settings:set': defineCall({
    input: SettingsChange,
    output: Settings,
    needs: 'write',
    summary: 'Changes settings; those of the cluster act at the next launch.',
  }),
} as const;

export const systemEvents = {
  'settings:changed': Settings,
} as const;
