import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importRules, mayImport } from '../../eslint.imports.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...importRules] as never,
});

const problemsOf = async (filePath: string, code: string): Promise<string[]> => {
  const [result] = await eslint.lintText(code, { filePath: `${root}${filePath}` });
  return result!.messages.map((message) => message.message);
};

describe('the import rules', () => {
  it.each([
    ['the core reaching for a service', 'runtime/core/x.ts', "import '../services/metadata/service.ts';"],
    ['the contract reaching for the core', 'runtime/contract/x.ts', "import '../core/chunkpaxos/quorum.ts';"],
    ['one service importing another', 'runtime/services/uploader/x.ts', "import '../metadata/service.ts';"],
    ['the page reaching for the host', 'renderer/x.ts', "import '../runtime/host/host.ts';"],
    ['the preload bridge reaching for the schemas', 'preload/x.ts', "import '../runtime/contract/control/index.ts';"],
    ['the desktop program reaching for a service', 'main/x.ts', "import '../runtime/services/metadata/service.ts';"],
    ['a service using Node directly', 'runtime/services/uploader/x.ts', "import 'node:fs';"],
    ['the host knowing Electron', 'runtime/host/x.ts', "import 'electron';"],
    ['the core reading the clock', 'runtime/core/x.ts', 'export const now = Date.now();'],
    ['the core drawing a random number', 'runtime/core/x.ts', 'export const dice = Math.random();'],
    ['a source file importing a test', 'runtime/host/x.ts', "import '../../tests/fixtures/cluster-process.ts';"],
  ])('refuse %s', async (_, filePath, code) => {
    expect(await problemsOf(filePath, code)).not.toEqual([]);
  });

  it.each([
    ['the core using the contract', 'runtime/core/x.ts', "import '../contract/ids.ts';"],
    ['the platform using Node', 'runtime/platform/x.ts', "import 'node:fs';"],
    ['the desktop program opening the web door', 'main/x.ts', "import '../runtime/web/web-door.ts';"],
    ['the preload bridge using the names', 'preload/x.ts', "import '../runtime/contract/channels.ts';"],
  ])('allow %s', async (_, filePath, code) => {
    expect(await problemsOf(filePath, code)).toEqual([]);
  });

  it('know every folder of the runtime', async () => {
    const { readdirSync } = await import('node:fs');
    const folders = readdirSync(`${root}runtime`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `runtime/${name}`);
    expect(Object.keys(mayImport)).toEqual(expect.arrayContaining(folders));
  });
});
