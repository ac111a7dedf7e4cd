/** The real thing: `vstack serve` as a child process on a data folder of its own. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const projectPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const VSTACK_PATH = projectPath('out/main/vstack.js');
const NODE_PATH = projectPath(`node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`);
export const SAMPLE_PATH = projectPath('resources/sample.mp4');

/** Generous: only a program that hangs reaches it. */
const SERVING_MS_MAX = 30_000;

export interface WebDoor {
  /** Opens the page signed in. */
  signInUrl: string;
  dataDir: string;
  pid: number;
  /** Ends the program as a person would, and keeps its data for another start. */
  end(): Promise<void>;
  /** Ends the program as a person would, and removes its data. */
  stop(): Promise<void>;
}

export const isBuilt = (): boolean => existsSync(VSTACK_PATH) && existsSync(projectPath('out/renderer/index.html'));

/** The data folder must be empty, not there yet, or one that an earlier door kept: it is removed by `stop`. `port` 0 lets the system choose. */
export const startWebDoor = async (dataDir = mkdtempSync(join(tmpdir(), 'vstack-e2e-')), port = 0): Promise<WebDoor> => {
  const child = spawn(NODE_PATH, [VSTACK_PATH, 'serve', '--no-open', '--data', dataDir, '--port', String(port), '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: string[] = [];
  child.stderr.on('data', (data) => said.push(String(data)));
  const serving = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`vstack serve said no address within ${SERVING_MS_MAX / 1000} s:\n${said.join('')}`)), SERVING_MS_MAX);
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(`${line}\n`);
      const { event, url } = JSON.parse(line) as { event?: string; url?: string };
      if (event !== 'serving' || url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`vstack serve ended with ${code}:\n${said.join('')}`));
    });
  });
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const stop = async (): Promise<void> => {
    await end();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { signInUrl: await serving, dataDir, pid: child.pid!, end, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
