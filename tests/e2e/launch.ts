/** How a person chooses what a launch brings up, on the screen that offers one. */
import type { Page } from 'playwright-core';

/** Opens the options if they are closed. */
export const chooseNodeCount = async (page: Page, count: number): Promise<void> => {
  const field = page.getByLabel('Storage nodes', { exact: true });
  await field.waitFor({ state: 'attached' });
  if (!(await field.isVisible())) await page.locator('summary', { hasText: 'Options' }).click();
  await field.fill(String(count));
  await field.blur();
};
