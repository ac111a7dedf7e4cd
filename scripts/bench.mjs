// `npm run bench [-- name…]`: runs the benchmarks one after the other; each prints a Markdown table (or JSON with --json).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded } from './lib/build.mjs';
import { nodePath, root } from './lib/root.mjs';

const folder = join(root, 'tests', 'bench');
const names = readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}

buildIfNeeded();
let failed = 0;
for (const name of wanted.length > 0 ? wanted : names) {
  const { status } = spawnSync(nodePath, ['--disable-warning=ExperimentalWarning', join(folder, `${name}.ts`), ...flags], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${name} did not finish.`);
    failed++;
  }
}
process.exitCode = failed > 0 ? 1 : 0;
