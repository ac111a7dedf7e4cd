/**
 * What electron-builder makes of this project, with a stand-in for Electron's own files: a small file with the sentinel that marks the fuses.
 * The packaged program then runs from where it was packed, in the stand-in of the `electron` module; only the archive is opened first,
 * because plain Node does not see into it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLUSTER_FILE, ClusterFile } from '../../runtime/contract/cluster-file.ts';
import { launchChromium, requireChromium } from '../e2e/browser.ts';
import { chooseNodeCount } from '../e2e/launch.ts';
import { openStandIn } from '../e2e/stand-in.ts';
import { isBuilt } from '../e2e/web-door.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NODE_PATH = join(root, 'node_modules/node/bin/node');
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_COUNT = Object.values(FuseV1Options).filter((value) => typeof value === 'number').length;
/** The bytes of a fuse that is off and on. */
const [OFF, ON] = ['0', '1'].map((letter) => letter.charCodeAt(0));
const PACK_MS_MAX = 180_000;

const writeDistribution = (folder: string): void => {
  for (const name of ['resources', 'locales']) mkdirSync(join(folder, name), { recursive: true });
  const electron = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([1, FUSE_COUNT]), Buffer.alloc(FUSE_COUNT, '1')]);
  writeFileSync(join(folder, 'electron'), electron, { mode: 0o755 });
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'locales/de.pak']) writeFileSync(join(folder, name), 'stand-in');
};

describe.skipIf(process.platform !== 'linux')('the packaged program', () => {
  let folder: string;
  let resources: string;

  beforeAll(() => {
    expect(isBuilt(), 'Run `npm run build` first: this test packs what was built.').toBe(true);
    folder = mkdtempSync(join(tmpdir(), 'vstack-package-'));
    writeDistribution(join(folder, 'electron'));
    const { status, stdout, stderr } = spawnSync(
      NODE_PATH,
      [join(root, 'node_modules/electron-builder/cli.js'), '--linux', 'dir', `-c.electronDist=${join(folder, 'electron')}`, `-c.directories.output=${join(folder, 'dist')}`],
      { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    resources = join(folder, 'dist/linux-unpacked/resources');
  }, PACK_MS_MAX);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  test('has every fuse set as configured', async () => {
    const wire = (await getCurrentFuseWire(join(folder, 'dist/linux-unpacked/vstack-control-center'))) as unknown as Record<number, number>;
    const expected: Record<string, number | undefined> = {
      RunAsNode: OFF, EnableCookieEncryption: ON, EnableNodeOptionsEnvironmentVariable: OFF, EnableNodeCliInspectArguments: OFF,
      EnableEmbeddedAsarIntegrityValidation: ON, OnlyLoadAppFromAsar: ON, LoadBrowserProcessSpecificV8Snapshot: OFF, GrantFileProtocolExtraPrivileges: OFF,
    };
    expect(Object.keys(expected)).toHaveLength(FUSE_COUNT);
    for (const [name, state] of Object.entries(expected)) expect([name, wire[FuseV1Options[name as keyof typeof FuseV1Options]]]).toEqual([name, state]);
  });

  test('carries what it runs and nothing else', () => {
    const files = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/'));
    for (const path of ['/package.json', '/out/main/index.js', '/out/preload/index.cjs', '/out/renderer/index.html', '/LICENSE']) expect(files).toContain(path);
    expect(files.filter((path) => /node_modules|\.ts$|\.map$|^\/(tests|scripts|runtime|docs)/.test(path))).toEqual([]);
    expect(existsSync(join(folder, 'dist/linux-unpacked/locales/de.pak'))).toBe(false);
  });

  test('keeps beside its archive what children run and read, and the Node they run on', () => {
    const beside = join(resources, 'app.asar.unpacked');
    for (const path of ['out/main/metadata.js', 'out/main/storage-node.js', 'out/main/uploader.js', 'out/main/link-emulator.js', 'out/main/lab-worker.js', 'out/main/chunks', 'resources/sample.mp4']) expect(existsSync(join(beside, path)), path).toBe(true);
    expect(existsSync(join(beside, 'out/main/index.js'))).toBe(false);
    // Without it Node would take the children for CommonJS.
    expect(JSON.parse(readFileSync(join(beside, 'package.json'), 'utf8'))).toMatchObject({ type: 'module' });
    expect(spawnSync(join(resources, 'node/node'), ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^v24\./);
  });

  test.skipIf(!requireChromium())('launches a cluster from where it was packed', async () => {
    // Elsewhere than the project, so that nothing of it is found by accident.
    const installed = join(folder, 'installed');
    mkdirSync(installed);
    for (const name of ['node', 'app.asar.unpacked']) cpSync(join(resources, name), join(installed, name), { recursive: true });
    extractAll(join(resources, 'app.asar'), join(installed, 'app.asar'));
    const browser = await launchChromium(requireChromium()!);
    try {
      const { page, quit } = await openStandIn({
        browser, dataDir: join(folder, 'data'), userDataDir: folder, packaged: { mainPath: join(installed, 'app.asar/out/main/index.js'), resourcesPath: installed },
      });
      await chooseNodeCount(page, 1);
      await page.getByRole('button', { name: 'Launch only' }).click();
      await page.getByRole('row', { name: /node-1 Ready/ }).waitFor({ timeout: 30_000 });
      const { metadata_pid: metadata, links_pid: links, uploader_pid: uploader, nodes } = ClusterFile.parse(JSON.parse(readFileSync(join(folder, 'data', CLUSTER_FILE), 'utf8')));
      for (const [pid, role] of [[metadata, 'metadata'], [links, 'link-emulator'], [uploader, 'uploader'], [nodes[0]!.pid, 'storage-node']] as const) {
        const [node, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        expect([node, args.find((arg) => arg.endsWith('.js'))]).toEqual([join(installed, 'node/node'), join(installed, 'app.asar.unpacked/out/main', `${role}.js`)]);
      }
      expect(await quit()).toBe(0);
    } finally {
      await browser.close();
    }
  });
});
