// Pictures of the page, in both themes and two sizes:
//
//   npm run screenshots                     what docs/screenshots shows: a real cluster, launched, filled, played from, broken
//   npm run screenshots -- --states out     every state there is, also the rare ones, over a host that follows a script: to judge the design by
//
// Options: [folder] [--only name] [--theme dark] [--size 1280x800], each of them more than once; [--watched 330], the seconds a video plays before
// the first picture: fewer are quicker, and the charts show less. Availability is drawn from the fifth minute on.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, requireChromium } from '../tests/e2e/browser.ts';
import { buildIfNeeded } from './lib/build.mjs';
import { picturesOf } from './screenshots/pictures.mjs';
import { showStates } from './screenshots/states.mjs';
import { tour } from './screenshots/tour.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    states: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    theme: { type: 'string', multiple: true, default: ['dark', 'light'] },
    size: { type: 'string', multiple: true, default: ['1280x800', '1920x1080'] },
    watched: { type: 'string', default: '330' },
  },
});
const folder = resolve(positionals[0] ?? 'docs/screenshots');
const isWanted = (name) => !values.only || values.only.includes(name);

const executablePath = requireChromium();
if (!executablePath) process.exit(1);
buildIfNeeded();
await mkdir(folder, { recursive: true });
const browser = await launchChromium(executablePath);
try {
  const pictures = picturesOf({ folder, themes: values.theme, sizes: values.size });
  await (values.states ? showStates : tour)({ browser, pictures, isWanted, watchedMs: Number(values.watched) * 1_000 });
} finally {
  await browser.close();
}
