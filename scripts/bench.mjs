// `npm run bench [-- name…]`: runs the benchmarks one after the other; each prints a Markdown table.
//   --json   one object a benchmark instead      --check   end with 1 when a target was missed
//   --save   write docs/performance.md: each benchmark's method (its opening comment) and its table, as measured. With names, only their
//            sections are replaced; each section names the machine it was measured on.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded } from './lib/build.mjs';
import { nodePath, root } from './lib/root.mjs';

const folder = join(root, 'tests', 'bench');
const names = readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));
/** Takes longer than all the others together. */
const onlyByName = new Set(['comparison']);
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const isSaving = flags.includes('--save');
/** `--save` is for this script; a benchmark may refuse what it does not know. */
const flagsPassedOn = flags.filter((flag) => flag !== '--save');
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}
if (isSaving && flags.includes('--json')) {
  console.error('--save writes Markdown: it does not go with --json.');
  process.exit(2);
}

/** A file's opening comment, without its stars. */
const methodOf = (name) => {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(folder, `${name}.ts`), 'utf8'))?.[1] ?? '';
  return comment.split('\n').map((line) => line.replace(/^ *\* ?/, '')).join('\n').trim();
};

const pagePath = join(root, 'docs', 'performance.md');
/** Of the page as it stands, by the name of the benchmark that each was written by. */
const savedSections = () => {
  const [, ...sections] = existsSync(pagePath) ? readFileSync(pagePath, 'utf8').split(/^(?=## )/m) : [];
  return new Map(sections.map((section) => [/^`npm run bench -- (\S+)`$/m.exec(section)?.[1], section.trim()]));
};

buildIfNeeded();
const sections = isSaving ? savedSections() : new Map();
let failed = 0;
for (const name of wanted.length > 0 ? wanted : names.filter((name) => !onlyByName.has(name))) {
  const { status, stdout } = spawnSync(nodePath, ['--disable-warning=ExperimentalWarning', join(folder, `${name}.ts`), ...flagsPassedOn], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['inherit', isSaving ? 'pipe' : 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error(`${name} ${flags.includes('--check') ? 'did not finish or missed a target' : 'did not finish'}.`);
    failed++;
  }
  if (!isSaving) continue;
  console.log(stdout);
  const [title = name, ...rest] = stdout.trim().replace(/^### /, '').split('\n');
  if (status === 0) sections.set(name, `## ${title}\n\n${methodOf(name)}\n\n\`npm run bench -- ${name}\`\n${rest.join('\n')}`);
}
if (isSaving) {
  const preface = readFileSync(join(folder, 'README.md'), 'utf8').trim();
  // In the order of the names; a benchmark that is gone takes its section along.
  writeFileSync(pagePath, `${[preface, ...names.flatMap((name) => sections.get(name) ?? [])].join('\n\n')}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
