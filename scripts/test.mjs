// `npm test`: builds, then runs every test. Arguments go to vitest: `npm test -- tests/unit/core`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './lib/browser.mjs';
import { buildIfNeeded } from './lib/build.mjs';
import { nodePath, root } from './lib/root.mjs';

const loud = (text) => console.error(`\n${'!'.repeat(100)}\n${text}\n${'!'.repeat(100)}\n`);

buildIfNeeded();
const browser = findBrowser();
if (!browser) {
  loud('No Chromium, Chrome or Edge was found: the browser tests WILL BE SKIPPED.\nInstall one, or set CHROMIUM_PATH to its binary.');
}

const scratch = mkdtempSync(join(tmpdir(), 'vstack-test-'));
const report = join(scratch, 'report.json');
const { status } = spawnSync(
  nodePath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...(browser && { CHROMIUM_PATH: browser }) } },
);

const summarise = () => {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = testResults.flatMap((file) => file.assertionResults.filter((test) => test.status === 'pending' || test.status === 'skipped').map((test) => ({ file: file.name, title: test.fullName })));
  for (const { title } of skipped) console.log(`skipped: ${title}`);
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`);
  return skipped;
};

let exitCode = status ?? 1;
try {
  const browserSkipped = summarise().filter(({ file, title }) => file.includes('e2e') && !title.includes('real Electron'));
  if (browserSkipped.length > 0) {
    loud(`${browserSkipped.length} browser tests were skipped.`);
    if (process.env.CI) exitCode ||= 1;
  }
} catch (error) {
  console.error(`No test report was written (${error.message}).`);
  exitCode ||= 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = exitCode;
