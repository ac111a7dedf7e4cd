// Builds when a source is newer than the last build. Several commands may start at once in one checkout, so the build is under a lock.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, root } from './root.mjs';

const SOURCES = ['main', 'preload', 'renderer', 'runtime', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
const stamp = join(root, 'out', '.built');
const lock = join(root, 'node_modules', '.vstack-build.lock');

/** A build takes seconds; a lock this old was left by a build that was killed. */
const LOCK_MS_MAX = 5 * 60_000;

const newestMs = (path) => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
};

const isFresh = () => {
  const built = statSync(stamp, { throwIfNoEntry: false });
  return built !== undefined && Math.max(...SOURCES.map((name) => newestMs(join(root, name)))) <= built.mtimeMs;
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const takeLock = () => {
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const held = statSync(lock, { throwIfNoEntry: false });
    const pid = Number(existsSync(join(lock, 'pid')) ? readFileSync(join(lock, 'pid'), 'utf8') : NaN);
    const left = held && (Date.now() - held.mtimeMs > LOCK_MS_MAX || (pid > 0 && !isAlive(pid)));
    if (left) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
};

/** Exits the process when the build fails, with the compiler's output shown. `quiet` keeps a good build silent. */
export const buildIfNeeded = ({ quiet = false } = {}) => {
  if (isFresh()) return;
  if (!existsSync(nodePath)) {
    console.error('The packages are not installed. Run "npm ci" first.');
    process.exit(1);
  }
  takeLock();
  try {
    if (isFresh()) return;
    if (!quiet) console.error('Building the control center (a few seconds, only after a change)…');
    const startedMs = Date.now();
    const { status, stdout, stderr, error } = spawnSync(nodePath, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) {
      console.error(stdout ?? '', stderr ?? '', error ?? '');
      console.error('The build failed. If node_modules is incomplete, run "npm ci".');
      process.exitCode = 1;
      throw new Error('build failed');
    }
    writeFileSync(stamp, new Date(startedMs).toISOString());
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
};
