// Whether the Electron window can be opened here, and if not, why. The binary is downloaded by Electron itself on first use.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nodePath } from './root.mjs';

const require = createRequire(import.meta.url);

/** The path of an Electron binary that is already on this machine; undefined when there is none. */
export const installedElectron = () => {
  if (process.env.ELECTRON_EXEC_PATH && existsSync(process.env.ELECTRON_EXEC_PATH)) return process.env.ELECTRON_EXEC_PATH;
  const folder = dirname(require.resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile)
    ? readFileSync(pathFile, 'utf8')
    : { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  const binary = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name);
  return existsSync(binary) ? binary : undefined;
};

/** Downloading takes a minute on a slow line; without a network it fails at once. */
const DOWNLOAD_MS_MAX = 5 * 60_000;

/** `{binary}` or `{reason}`: why there is no window, in words for a person. */
export const findElectron = ({ download }) => {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return { reason: 'there is no display' };
  if (process.platform === 'linux' && process.getuid() === 0) return { reason: "Electron's sandbox does not run as root" };
  const installed = installedElectron();
  if (installed) return { binary: installed };
  if (!download) return { reason: 'its binary is not installed' };
  console.error('Fetching the Electron binary (only once)…');
  const { status } = spawnSync(nodePath, [require.resolve('electron/install.js')], { stdio: ['ignore', 'ignore', 'ignore'], timeout: DOWNLOAD_MS_MAX });
  const binary = status === 0 ? installedElectron() : undefined;
  return binary ? { binary } : { reason: 'its binary could not be downloaded' };
};
