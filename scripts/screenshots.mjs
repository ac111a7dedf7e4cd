// Pictures of every state of the page, in both themes and two sizes: node scripts/screenshots.mjs [folder] [--renderer out/renderer] [--only name]
// The page is the built one; its host is a script, so that rare states can be shown and pictures repeat.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, requireChromium } from '../tests/e2e/browser.ts';
import { scenes } from '../tests/fixtures/scripted-door/scenes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    renderer: { type: 'string', default: 'out/renderer' },
    only: { type: 'string', multiple: true },
    theme: { type: 'string', multiple: true, default: ['dark', 'light'] },
    size: { type: 'string', multiple: true, default: ['1280x800', '1920x1080'] },
  },
});
const folder = resolve(positionals[0] ?? 'docs/screenshots');
await mkdir(folder, { recursive: true });

const executablePath = requireChromium();
if (!executablePath) process.exit(1);
const browser = await launchChromium(executablePath);
try {
  for (const [name, scene] of Object.entries(scenes)) {
    if (values.only && !values.only.includes(name)) continue;
    for (const theme of values.theme) {
      for (const size of values.size) {
        const [width, height] = size.split('x').map(Number);
        const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
        const page = await context.newPage();
        page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.error(`${name}: ${message.text()}`));
        page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
        const close = await scene({ page, rendererDir: resolve(values.renderer) });
        await page.screenshot({ path: `${folder}/${name}-${theme}-${size}.png` });
        await context.close();
        await close();
      }
    }
    console.log(name);
  }
} finally {
  await browser.close();
}
