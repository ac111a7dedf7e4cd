// `npm run soak`: the published counts of simulated schedules, power cuts and kills; writes docs/soak.md.
import { join } from 'node:path';
import { buildIfNeeded } from './lib/build.mjs';
import { nodePath, root } from './lib/root.mjs';
import { runInstead } from './lib/run.mjs';

buildIfNeeded();
runInstead(nodePath, ['--disable-warning=ExperimentalWarning', join(root, 'tests', 'soak', 'soak.ts'), ...process.argv.slice(2)]);
