/** Where the built files are, seen from the built main program `out/main/index.js`. */
import { dirname, join } from 'node:path';
import type { ChildRole } from '../runtime/contract/child.ts';

export interface ProgramLayout {
  projectRoot: string;
  rendererDir: string;
  preloadPath: string;
  samplePath: string;
  entries: Record<ChildRole, string>;
}

/** Children run on plain Node, which does not see into the archive: packaging leaves what they need beside it. */
const outsideArchive = (path: string): string => path.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2');

/** @param mainDir folder of the main program */
export const programLayout = (mainDir: string): ProgramLayout => {
  const projectRoot = dirname(dirname(mainDir));
  const entryOf = (role: ChildRole): string => outsideArchive(join(mainDir, `${role}.js`));
  return {
    projectRoot,
    rendererDir: join(projectRoot, 'out', 'renderer'),
    preloadPath: join(projectRoot, 'out', 'preload', 'index.cjs'),
    samplePath: outsideArchive(join(projectRoot, 'resources', 'sample.mp4')),
    entries: { metadata: entryOf('metadata'), 'link-emulator': entryOf('link-emulator'), 'storage-node': entryOf('storage-node'), uploader: entryOf('uploader'), 'lab-worker': entryOf('lab-worker') },
  };
};
