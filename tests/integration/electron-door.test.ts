import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exposeBridge } from '../../preload/bridge.ts';
import type { ClusterStatus } from '../../runtime/contract/control/cluster.ts';
import type { HostFrame } from '../../runtime/contract/control/frames.ts';
import { isBuilt } from '../e2e/web-door.ts';
import { standIn } from '../fixtures/electron-stand-in.ts';

const MAIN_PATH = fileURLToPath(new URL('../../out/main/index.js', import.meta.url));

interface PageBridge {
  call(id: number, name: string, input: unknown): Promise<HostFrame>;
  subscribe(names: readonly string[]): void;
  onEvent(callback: (name: string, data: unknown) => void): void;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: there is no such process any more.
  }
};

describe('the built main program, in a stand-in of Electron, with a real host', () => {
  let dataDir: string;
  let page: PageBridge;
  let callId = 0;
  const pids: number[] = [];

  const call = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const frame = await page.call(++callId, name, input);
    if (frame.kind !== 'result') throw new Error(JSON.stringify(frame));
    return frame.output as T;
  };

  beforeAll(async () => {
    expect(isBuilt(), 'Run `npm run build` first: this test runs the built main program.').toBe(true);
    dataDir = mkdtempSync(join(tmpdir(), 'vstack-electron-'));
    standIn.reset();
    standIn.userData = dataDir;
    standIn.switches.set('data', dataDir);
    await import(/* @vite-ignore */ MAIN_PATH);
    exposeBridge();
    page = standIn.exposed.get('vstack') as PageBridge;
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));

  test('shows a secure window with the built page and preload', async () => {
    await expect.poll(() => standIn.windows[0]?.isShown).toBe(true);
    expect(standIn.windows[0]!.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    expect(standIn.windows[0]!.options.webPreferences!.preload).toMatch(/out[\\/]preload[\\/]index\.cjs$/);
    const response = await standIn.schemeHandlers.get('vstack')!(new Request('vstack://app/'));
    expect(await response.text()).toContain('<div id="app">');
  });

  test('launches a cluster for the page and tells it of the steps', async () => {
    const phases = new Set<string>();
    page.onEvent((name, data) => name === 'cluster:changed' && phases.add((data as ClusterStatus).phase));
    page.subscribe(['cluster:changed']);
    expect(await call('system:info')).toMatchObject({ door: 'electron', dataDir, sampleAvailable: true });
    const status = await call<ClusterStatus>('cluster:launch', { nodeCount: 1 });
    pids.push(...status.children.map((child) => child.pid).filter((pid) => pid !== null));
    expect(status.phase).toBe('ready');
    expect(pids).toHaveLength(4);
    await expect.poll(() => [...phases]).toContain('ready');
    expect(phases).toContain('starting');
  });

  test('input that the contract does not allow is refused', async () => {
    expect(await page.call(99, 'cluster:launch', { nodeCount: 'many' })).toMatchObject({ kind: 'error', error: { code: 'bad_request' } });
  });

  test('quitting stops the cluster first', async () => {
    const exited = new Promise<void>((resolve) => standIn.onExit(resolve));
    standIn.quit();
    await exited;
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
