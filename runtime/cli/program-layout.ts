/** Where the program's own files are, seen from the entry file that was started: the built one, or the source itself. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildRole } from '../contract/child.ts';

export interface ProgramLayout {
  projectRoot: string;
  entries: Record<ChildRole, string>;
  /** The built page. */
  rendererDir: string;
  samplePath: string;
}

/** `entryUrl` is `out/main/vstack.js` or `runtime/cli/vstack.ts`; Node runs either, and so it does the children. */
export const programLayout = (entryUrl: string): ProgramLayout => {
  const entry = fileURLToPath(entryUrl);
  const projectRoot = join(dirname(entry), '..', '..');
  const isSource = entry.endsWith('.ts');
  const sourceOf = (role: ChildRole): string[] => (role === 'lab-worker' ? ['lab', 'worker'] : ['services', role]);
  const entryOf = (role: ChildRole): string => (isSource ? join(projectRoot, 'runtime', ...sourceOf(role), `${role}.ts`) : join(dirname(entry), `${role}.js`));
  return {
    projectRoot,
    entries: { metadata: entryOf('metadata'), 'link-emulator': entryOf('link-emulator'), 'storage-node': entryOf('storage-node'), uploader: entryOf('uploader'), 'lab-worker': entryOf('lab-worker') },
    rendererDir: join(projectRoot, 'out', 'renderer'),
    samplePath: join(projectRoot, 'resources', 'sample.mp4'),
  };
};
