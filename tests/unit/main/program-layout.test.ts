import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { programLayout } from '../../../main/program-layout.ts';

const at = (...parts: string[]): string => join(sep, ...parts);

test('from a checkout, everything is where the build puts it', () => {
  const layout = programLayout(at('project', 'out', 'main'));
  expect(layout.entries.uploader).toBe(at('project', 'out', 'main', 'uploader.js'));
  expect(layout.samplePath).toBe(at('project', 'resources', 'sample.mp4'));
});

test('packaged, what children run and read is beside the archive, what Electron reads is in it', () => {
  const { entries, samplePath, preloadPath, rendererDir } = programLayout(at('opt', 'vstack', 'resources', 'app.asar', 'out', 'main'));
  for (const path of [...Object.values(entries), samplePath]) expect(path).toContain(at('resources', 'app.asar.unpacked', ''));
  for (const path of [preloadPath, rendererDir]) expect(path).toContain(at('resources', 'app.asar', 'out'));
});
