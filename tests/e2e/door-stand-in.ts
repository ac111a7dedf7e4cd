/** The desktop program under the stand-in of Electron. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { setPathOfFile } from '../fixtures/electron-stand-in/preload-page.ts';
import { holdDataFolder } from './door-attached.ts';
import { collectComplaints, dragFiles, showView, VIEWPORT } from './door-parts.ts';
import type { OpenDoor, OpenDoorOptions } from './doors.ts';
import { openStandIn, type StandInProgram } from './stand-in.ts';

export interface OpenStandInDoor extends OpenDoor {
  standIn: StandInProgram;
}

export const openStandInDoor = async (browser: Browser, { viewport = VIEWPORT, view, scripted }: OpenDoorOptions): Promise<OpenStandInDoor> => {
  const root = mkdtempSync(join(tmpdir(), 'vstack-stand-in-'));
  const dataDir = join(root, 'data');
  const letGo = scripted && holdDataFolder(dataDir, scripted);
  const close = (): void => {
    letGo?.();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  };
  let complaints: (() => string[]) | undefined;
  try {
    const standIn = await openStandIn({ browser, dataDir, userDataDir: root, view, viewport, onPage: (page) => (complaints ??= collectComplaints(page)) });
    const { page } = standIn;
    return {
      page,
      dataDir,
      standIn,
      complaints: complaints!,
      show: (other) => showView(page, other),
      async dragFiles(paths, target) {
        for (const path of paths) await setPathOfFile(page, basename(path), path);
        return dragFiles(page, paths, target);
      },
      async pickFiles(paths, trigger) {
        standIn.pick([...paths]);
        for (const path of paths) await setPathOfFile(page, basename(path), path);
        // Whichever of the two the page asks with.
        page.once('filechooser', (chooser) => void chooser.setFiles([...paths]));
        await trigger();
      },
      async close() {
        await standIn.quit();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
};
