import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Diagnosis } from '../../../runtime/contract/control/system.ts';
import { runDoctor, type DoctorOptions } from '../../../runtime/host/doctor.ts';

let dir: string;
let server: Server | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-doctor-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  await rm(dir, { recursive: true, force: true });
});

const examine = async (overrides: Partial<DoctorOptions> = {}): Promise<Record<string, Diagnosis>> => {
  const diagnoses = await runDoctor({ dataDir: join(dir, 'data'), entries: {}, projectRoot: dir, portBase: 0, isClusterRunning: false, ...overrides });
  return Object.fromEntries(diagnoses.map((diagnosis) => [diagnosis.name, diagnosis]));
};
const executable = async (name: string): Promise<string> => {
  const path = join(dir, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
};

describe('the doctor', () => {
  it('gives advice with everything that is not in order, and none with what is', async () => {
    for (const { status, advice } of Object.values(await examine())) expect(advice === null).toBe(status === 'ok');
  });

  it('names the programs that are not built', async () => {
    const built = await executable('metadata.js');
    const missing = join(dir, 'uploader.js');
    expect((await examine({ entries: { metadata: built, uploader: missing } })).Programs).toMatchObject({ status: 'problem', finding: `missing: ${missing}`, advice: expect.stringContaining('npm run build') });
    expect((await examine({ entries: { metadata: built } })).Programs!.status).toBe('ok');
  });

  it('finds a data folder that cannot be one', async () => {
    await writeFile(join(dir, 'file'), '');
    expect((await examine({ dataDir: join(dir, 'file') }))['Data folder']!.status).toBe('problem');
    expect((await examine())['Data folder']!.status).toBe('ok');
  });

  it('names who holds a port that is wanted, unless it is the cluster itself', async () => {
    server = createServer();
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port: portBase } = server.address() as AddressInfo;
    expect((await examine({ portBase })).Ports).toMatchObject({ status: 'problem', finding: expect.stringContaining(String(portBase)) });
    expect((await examine({ portBase, isClusterRunning: true })).Ports!.status).toBe('ok');
    expect((await examine({ portBase: 0 })).Ports!.status).toBe('ok');
  });

  it.skipIf(process.platform === 'win32')('looks for browser, ffmpeg and Electron where they would be', async () => {
    vi.stubEnv('PATH', dir);
    vi.stubEnv('CHROMIUM_PATH', '');
    vi.stubEnv('ELECTRON_EXEC_PATH', '');
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '');
    const without = await examine();
    if (process.platform === 'linux') expect(without.Browser!.status).toBe('warning');
    expect([without.ffmpeg!.status, without.Electron!.status]).toEqual(['warning', 'warning']);
    vi.stubEnv('CHROMIUM_PATH', await executable('my-browser'));
    vi.stubEnv('ELECTRON_EXEC_PATH', await executable('my-electron'));
    vi.stubEnv('DISPLAY', ':0');
    await executable('ffmpeg');
    const found = await examine();
    expect([found.Browser!.finding, found.ffmpeg!.finding, found.Electron!.finding]).toEqual(['my-browser', 'ffmpeg', 'my-electron'].map((name) => join(dir, name)));
  });
});
