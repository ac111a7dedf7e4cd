/** The real Electron, wherever its binary is: ELECTRON_OVERRIDE_DIST_PATH names a distribution, or it is installed beside the project. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright-core';
import { findElectron, hasDisplay } from '../../runtime/platform/system.ts';
import { holdDataFolder } from './door-attached.ts';
import { collectComplaints, dragFiles, showView, VIEWPORT } from './door-parts.ts';
import type { OpenDoor, OpenDoorOptions } from './doors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const executablePath = await findElectron(root);

/** Why the real Electron cannot be opened here; undefined when it can. */
export const realElectronMissing = (): string | undefined =>
  executablePath === undefined ? 'no Electron binary was found' : hasDisplay() ? undefined : 'there is no display';

export interface OpenElectronDoor extends OpenDoor {
  application: ElectronApplication;
}

export const openRealElectronDoor = async ({ viewport = VIEWPORT, view, scripted }: OpenDoorOptions = {}): Promise<OpenElectronDoor> => {
  const folder = mkdtempSync(join(tmpdir(), 'vstack-electron-'));
  const dataDir = join(folder, 'data');
  const letGo = scripted && holdDataFolder(dataDir, scripted);
  const isRoot = process.getuid?.() === 0;
  const application = await _electron.launch({
    executablePath: executablePath!,
    args: [...(isRoot ? ['--no-sandbox'] : []), root, `--data=${dataDir}`, ...(view === undefined ? [] : [`--view=${view}`]), `--user-data-dir=${join(folder, 'profile')}`],
  });
  const page = await application.firstWindow();
  const complaints = collectComplaints(page);
  await page.setViewportSize(viewport);
  return {
    page,
    dataDir,
    application,
    complaints,
    show: (other) => showView(page, other),
    dragFiles: (paths, target) => dragFiles(page, paths, target),
    async pickFiles(paths, trigger) {
      await application.evaluate(({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
      }, [...paths]);
      page.once('filechooser', (chooser) => void chooser.setFiles([...paths]));
      await trigger();
    },
    async close() {
      await application.close();
      letGo?.();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
