import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectLicences, licencesPlugin } from '../../../scripts/lib/licences.ts';

let root: string;
const add = (path: string, manifest: object, text?: string): void => {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  if (text !== undefined) writeFileSync(join(folder, 'LICENSE.md'), text);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vstack-licences-'));
  add('.', { name: 'program', version: '1.0.0', dependencies: { zebra: '1', ant: '1', absent: '1' }, devDependencies: { tool: '1' } });
  add('node_modules/zebra', { name: 'zebra', version: '1.0.0', license: 'MIT', dependencies: { inner: '2', ant: '1' } }, 'Zebra text\n');
  add('node_modules/zebra/node_modules/inner', { name: 'inner', version: '2.0.0', license: { type: 'ISC' }, dependencies: { zebra: '1' } });
  add('node_modules/inner', { name: 'inner', version: '1.0.0', license: 'MIT' });
  add('node_modules/ant', { name: 'ant', version: '1.0.0', licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] });
  add('node_modules/tool', { name: 'tool', version: '1.0.0', license: 'MIT' });
  add('node_modules/electron', { name: 'electron', version: '45.0.0', license: 'MIT', dependencies: { tool: '1' } });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('names what ships, what the program asks for first, each version once, tools only where they ship', () => {
  expect(collectLicences(`${root}/`).map(({ name, version, licence, isDirect }) => [`${name}@${version}`, licence, isDirect])).toEqual([
    ['ant@1.0.0', 'MIT OR GPL-2.0', true],
    ['electron@45.0.0', 'MIT', true],
    ['zebra@1.0.0', 'MIT', true],
    ['inner@2.0.0', 'ISC', false],
  ]);
});

test('brings the text along where a package has one', () => {
  const texts = new Map(collectLicences(root).map(({ name, text }) => [name, text]));
  expect(texts.get('zebra')).toBe('Zebra text');
  expect(texts.get('ant')).toBe('');
});

test('every package of this program says its licence', () => {
  const licences = collectLicences(fileURLToPath(new URL('../../..', import.meta.url)));
  expect(licences.map(({ name }) => name)).toEqual(expect.arrayContaining(['vue', 'hls.js', 'ws', 'electron', '@fontsource-variable/inter']));
  expect(licences.filter(({ licence }) => licence === 'see its text').map(({ name }) => name)).toEqual([]);
});

test('the module it makes is a list that JSON can hold', () => {
  const { load } = licencesPlugin(root) as { load: (id: string) => string | undefined };
  expect(load('other')).toBeUndefined();
  expect(load('\0virtual:licences')).toMatch(/^export default JSON\.parse\(".*"\);$/);
});
