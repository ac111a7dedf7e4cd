/** Every state of the page over a scripted host, so that rare ones can be shown and pictures repeat. */
import { join } from 'node:path';
import { scenes } from '../../tests/fixtures/scripted-door/scenes.ts';
import { root } from '../lib/root.mjs';
import { openPage } from './pictures.mjs';

export const showStates = async ({ browser, pictures, isWanted }) => {
  for (const [name, scene] of Object.entries(scenes)) {
    if (!isWanted(name)) continue;
    for (const picture of pictures) {
      const page = await openPage(browser, picture);
      const close = await scene({ page, rendererDir: join(root, 'out', 'renderer') });
      await page.screenshot({ path: picture.pathOf(name) });
      await page.context().close();
      await close();
    }
    console.log(name);
  }
};
