/** On what this host measures. */
import type { MachineFingerprint } from '../../contract/fingerprint.ts';
import { VERSION } from '../../contract/version.ts';
import { gitCommitOf } from '../../platform/git-commit.ts';
import { systemFacts } from '../../platform/system.ts';

/** @param projectRoot of the checkout; undefined for a packaged program */
export const machineFingerprint = async (projectRoot: string | undefined): Promise<MachineFingerprint> => {
  const { cpuModel, cpuCount, memoryBytes, platform, osRelease, nodeVersion, sqliteVersion, electronVersion } = systemFacts();
  return { cpuModel, cpuCount, memoryBytes, platform, osRelease, nodeVersion, sqliteVersion, electronVersion, version: VERSION, commit: projectRoot === undefined ? null : await gitCommitOf(projectRoot) };
};
