import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron, hasDisplay } from '../../runtime/platform/system.ts';
import { testFirstScreen } from './first-screen-steps.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const executablePath = await findElectron(root);
const reason = executablePath === undefined ? 'no Electron binary was found' : hasDisplay() ? undefined : 'there is no display';
if (reason) console.warn(`The suite over the real Electron is skipped: ${reason}. Set ELECTRON_OVERRIDE_DIST_PATH, or run \`npx install-electron\`.`);

describe.skipIf(reason !== undefined)('the first screen, in the real Electron', () => {
  let application: ElectronApplication;
  let page: Page;
  let dataDir: string;

  beforeAll(async () => {
    expect(existsSync(join(root, 'out/main/index.js')), 'Run `npm run build` first: this test opens the built program.').toBe(true);
    dataDir = mkdtempSync(join(tmpdir(), 'vstack-electron-'));
    const isRoot = process.getuid?.() === 0;
    application = await _electron.launch({ executablePath, args: [...(isRoot ? ['--no-sandbox'] : []), root, `--data=${dataDir}`] });
    page = await application.firstWindow();
  });
  afterAll(async () => {
    await application?.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  test('gives the page no Node and no way out', async () => {
    await page.getByRole('button', { name: 'Launch only' }).waitFor();
    expect(await page.evaluate(() => 'process' in globalThis || 'require' in globalThis)).toBe(false);
    expect(page.url()).not.toMatch(/^(file|https?):/);
  });

  testFirstScreen(() => page);
});
