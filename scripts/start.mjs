// `npm start`: the control center in its window where Electron can run, else in the browser.
import { join } from 'node:path';
import { buildIfNeeded } from './lib/build.mjs';
import { findElectron } from './lib/electron.mjs';
import { nodePath, root } from './lib/root.mjs';
import { runInstead } from './lib/run.mjs';

buildIfNeeded();
const args = process.argv.slice(2);
const { binary, reason } = findElectron({ download: !process.env.CI });
if (!binary) console.error(`Opening in the browser instead of a window: ${reason}.`);

if (binary) runInstead(binary, [root, ...args]);
else runInstead(nodePath, [join(root, 'out', 'main', 'vstack.js'), 'serve', ...args]);
