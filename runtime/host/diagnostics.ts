/** Everything somebody who is asked for help wants to know, as text, without a secret. */
import type { ClusterStatus } from '../contract/control/cluster.ts';
import type { LogLine } from '../contract/control/logs.ts';
import type { Diagnosis, SystemInfo } from '../contract/control/system.ts';
import type { Settings } from '../contract/settings.ts';
import { GIB, MIB, SECOND_MS } from '../contract/units.ts';
import type { SystemFacts } from '../platform/system.ts';

export interface DiagnosticsInput {
  atMs: number;
  info: SystemInfo;
  facts: SystemFacts;
  settings: Settings;
  status: ClusterStatus;
  diagnoses: readonly Diagnosis[];
  /** Warnings and errors, oldest first. */
  lines: readonly LogLine[];
}

/** Keys and tokens are 32 bytes of hex. None should ever be in a message; this makes sure. A hash that is cut short still tells itself apart. */
const withoutSecrets = (text: string): string => text.replace(/\b([0-9a-f]{8})[0-9a-f]{24,}\b/gi, '$1…');

const section = (title: string, lines: readonly string[]): string => [`## ${title}`, ...(lines.length === 0 ? ['nothing'] : lines), ''].join('\n');

export const diagnosticsText = ({ atMs, info, facts, settings, status, diagnoses, lines }: DiagnosticsInput): string => {
  const ageSec = Math.round((atMs - info.startedAtMs) / SECOND_MS);
  const processes = status.children.map(
    (child) =>
      `${child.name}: ${child.phase}, restarts ${child.restartCount}, available ${(child.availability * 100).toFixed(1)} %, ` +
      `${child.rssBytes === null ? 'no memory known' : `${(child.rssBytes / MIB).toFixed(0)} MiB`}${child.problem ? `, ${child.problem}` : ''}`,
  );
  return withoutSecrets(
    [
      `# V-Stack Control Center ${info.version}`,
      `${new Date(atMs).toISOString()}, host process ${info.hostPid}, running for ${ageSec} s, door ${info.door}`,
      '',
      section('Machine', [
        `${info.platform}, ${facts.osRelease}`,
        `${facts.cpuModel}, ${facts.cpuCount} cores, ${(facts.memoryBytes / GIB).toFixed(1)} GiB`,
        `Node ${info.nodeVersion}, SQLite ${info.sqliteVersion}, Electron ${info.electronVersion ?? 'none'}, Chromium ${info.chromeVersion ?? 'none'}`,
      ]),
      section('Paths', Object.entries(info.paths).map(([name, path]) => `${name}: ${path}`)),
      section('Settings', Object.entries(settings).map(([name, value]) => `${name}: ${String(value)}`)),
      section(`Cluster: ${status.phase}`, [...(status.problem ? [`problem: ${status.problem.code}: ${status.problem.detail}`] : []), ...processes]),
      section('Doctor', diagnoses.map(({ name, status: verdict, finding }) => `${verdict}: ${name}: ${finding}`)),
      section('Warnings and errors', lines.map((line) => `${new Date(line.atMs).toISOString()} ${line.level} ${line.source}: ${line.message}`)),
    ].join('\n'),
  );
};
