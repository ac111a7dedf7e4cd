/** The program itself: versions, paths, settings. */
import { z } from 'zod';
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
