/** What the program tells about itself: where it runs, on what, and everything a report of a problem should carry. */
import type { SystemInfo } from '../contract/control/system.ts';
import { VERSION } from '../contract/version.ts';
import type { Clock } from '../platform/clock.ts';
import type { DataFolderChoice } from '../platform/data-dir.ts';
import { fileFacts, joinPath } from '../platform/files.ts';
import { systemFacts } from '../platform/system.ts';
import type { Supervisor } from '../supervisor/api.ts';
import { diagnosticsText } from './diagnostics.ts';
import { runDoctor, type DoctorOptions } from './doctor.ts';
import type { LogStore } from './log-store.ts';
import type { SettingsStore } from './settings-store.ts';

/** The last warnings and errors are what explains the present; older ones are in the log files. */
const DIAGNOSTIC_LINES_MAX = 60;

export interface SystemFactsOptions {
  dataDir: string;
  door: SystemInfo['door'];
  entries: DoctorOptions['entries'];
  projectRoot?: string | undefined;
  samplePath?: string | undefined;
  clock: Clock;
  supervisor: Supervisor;
  settings: SettingsStore;
  logs: LogStore;
  dataFolder: DataFolderChoice;
}

export interface ProgramFacts {
  info(): Promise<SystemInfo>;
  doctorOptions(): DoctorOptions;
  diagnostics(): Promise<string>;
}

export const createProgramFacts = (options: SystemFactsOptions): ProgramFacts => {
  const { dataDir, door, entries, projectRoot, samplePath, clock, supervisor, settings, logs, dataFolder } = options;
  const startedAtMs = clock.wallMs();

  const info = async (): Promise<SystemInfo> => {
    const { nodeVersion, sqliteVersion, electronVersion, chromeVersion, platform, pid } = systemFacts();
    const chosen = dataFolder.get();
    return {
      version: VERSION,
      nodeVersion,
      sqliteVersion,
      electronVersion,
      chromeVersion,
      platform,
      door,
      dataDir,
      hostPid: pid,
      sampleAvailable: samplePath !== undefined && (await fileFacts(samplePath)) !== undefined,
      startedAtMs,
      nextDataDir: chosen === dataDir ? null : chosen,
      paths: { data: dataDir, logs: joinPath(dataDir, 'logs'), settings: joinPath(dataDir, 'settings.json'), nodes: joinPath(dataDir, 'nodes') },
      dashboardUrl: supervisor.clusterFile().web_url,
    };
  };
  const doctorOptions = (): DoctorOptions => ({
    dataDir,
    entries,
    ...(projectRoot !== undefined && { projectRoot }),
    portBase: settings.get().portBase,
    isClusterRunning: !['stopped', 'failed'].includes(supervisor.status().phase),
  });

  return {
    info,
    doctorOptions,
    diagnostics: async () =>
      diagnosticsText({
        atMs: clock.wallMs(),
        info: await info(),
        facts: systemFacts(),
        settings: settings.get(),
        status: supervisor.status(),
        diagnoses: await runDoctor(doctorOptions()),
        lines: logs.query({ level: 'warn', limit: DIAGNOSTIC_LINES_MAX }),
      }),
  };
};
