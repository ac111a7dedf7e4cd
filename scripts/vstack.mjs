#!/usr/bin/env node
// The `vstack` command: builds if a source changed, then runs the bundled CLI on Node 24, whatever Node was called.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded } from './lib/build.mjs';
import { nodePath, root } from './lib/root.mjs';
import { runInstead } from './lib/run.mjs';

// An installed package brings out/ and no sources; there is nothing to build.
if (existsSync(join(root, 'runtime'))) buildIfNeeded();

runInstead(existsSync(nodePath) ? nodePath : process.execPath, [join(root, 'out', 'main', 'vstack.js'), ...process.argv.slice(2)]);
