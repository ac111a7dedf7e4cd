/** What a child inherits: the Node binary it runs on and the few variables it needs. Everything else stays outside. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VStackError } from '../../contract/errors.ts';

/** The children use node:sqlite and the language level of this line. */
const NODE_MAJOR_MIN = 24;

/** Reads, syncs and hashes run in this pool; Node's own 4 would make a slow fsync stop every read of the node. */
const THREAD_POOL_SIZE = 16;

/**
 * PATH finds a system ffmpeg; the temporary directory and the locale are the user's choice; Windows programs do not start without the last row.
 * Nothing else is passed on: tokens, proxies and NODE_OPTIONS of the user's shell have no business in a child.
 */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'SystemRoot', 'windir', 'TEMP', 'TMP', 'USERPROFILE', 'PATHEXT'];

export const childEnvironment = (parent: NodeJS.ProcessEnv = process.env): Record<string, string> => {
  const inherited = INHERITED.flatMap((name) => (parent[name] === undefined ? [] : [[name, parent[name]]]));
  return { ...Object.fromEntries(inherited), UV_THREADPOOL_SIZE: String(THREAD_POOL_SIZE) };
};

export interface NodePathOptions {
  /** Electron's `process.resourcesPath`, where a packaged application ships its Node binary as `node/node`. */
  resourcesPath?: string;
  /** Where `node_modules/.bin/node` is looked for in development. */
  projectRoot?: string;
}

/**
 * The Node binary that children run on: the shipped one, else the one this process runs on (never Electron's), else the project's.
 * @throws VStackError not_supported when none of them is new enough
 */
export const chooseNodePath = (options: NodePathOptions = {}): string => {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const shipped = options.resourcesPath === undefined ? undefined : join(options.resourcesPath, 'node', executable);
  if (shipped !== undefined && existsSync(shipped)) return shipped;
  const isPlainNode = process.versions.electron === undefined;
  if (isPlainNode && Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) return process.execPath;
  const project = options.projectRoot === undefined ? undefined : join(options.projectRoot, 'node_modules', 'node', 'bin', executable);
  if (project !== undefined && existsSync(project)) return project;
  throw new VStackError(
    'not_supported',
    `Children need Node ${NODE_MAJOR_MIN} or newer; this is ${isPlainNode ? `Node ${process.versions.node}` : 'Electron'} and no other was found. Run \`npm ci\` in the project.`,
  );
};
