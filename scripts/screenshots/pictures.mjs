/** One picture of each view for every theme and size: the page it is taken from, and the file it goes to. */
import { fileNameOf } from './names.ts';

/** Complaints of the page are told, since a picture of a broken page may look right. */
export const openPage = async (browser, { size, theme }) => {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.error(`  the page says: ${message.text()}`));
  page.on('pageerror', (error) => console.error(`  the page says: ${error.message}`));
  return page;
};

/** `{theme, size, pathOf(name)}` for every combination. */
export const picturesOf = ({ folder, themes, sizes }) =>
  themes.flatMap((theme) =>
    sizes.map((text) => {
      const [width, height] = text.split('x').map(Number);
      return { theme, size: { width, height }, pathOf: (name) => `${folder}/${fileNameOf(name, theme, width)}` };
    }),
  );
