// Type-checks the three worlds one after the other: pure code (no Node, no DOM), Node, and the browser.
import { spawnSync } from 'node:child_process';

const worlds = [
  ['tsc', 'tsconfig.core.json'],
  ['tsc', 'tsconfig.node.json'],
  ['vue-tsc', 'tsconfig.web.json'],
];
for (const [compiler, config] of worlds) {
  const { status } = spawnSync(compiler, ['-p', config, '--noEmit', '--composite', 'false'], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
