/**
 * Asks axe-core about the page as it stands: WCAG 2.2, levels A and AA, and what its authors call best practice.
 * The script reaches the page over the debugger, because the page's own policy lets no stranger's script in.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const themes = ['dark', 'light'] as const;
export type Theme = (typeof themes)[number];

export interface Violation {
  /** The name axe gives its rule. */
  rule: string;
  impact: string;
  /** What is wrong, in a sentence. */
  help: string;
  /** CSS selectors of the elements, with what axe says about each. */
  elements: { selector: string; html: string; said: string }[];
}

/** Menus, lists of choices and tooltips hang on the button or field that opened them, and are read from there: they need no landmark. */
const FLOATING = {
  checks: [{ id: 'region', options: { regionMatcher: 'dialog, [role=dialog], [role=alertdialog], svg, [role=menu], [role=listbox], [role=tooltip]' } }],
};

const HTML_CHARS_MAX = 160;

/** Sets the theme on the document, which touches no stored choice. Without transitions a colour is at once what it will be. */
const showTheme = async (page: Page, theme: Theme): Promise<void> => {
  await page.addStyleTag({ content: '*, ::before, ::after { transition: none !important; animation: none !important; }' });
  await page.locator('html').evaluate((html: { setAttribute(name: string, value: string): void }, name) => html.setAttribute('data-theme', name), theme);
};

/** Runs axe over the whole document. */
export const findViolations = async (page: Page): Promise<Violation[]> => {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(`${AXE_SOURCE}; axe.configure(${JSON.stringify(FLOATING)})`);
  }
  // Stylesheets and media are not fetched anew: no rule that is asked for reads them, and fetching doubles the time.
  const options: RunOptions = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'], preload: false };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact: impact ?? 'unknown',
    help,
    elements: nodes.map(({ target, html, failureSummary }) => ({
      selector: target.join(' '),
      html: html.slice(0, HTML_CHARS_MAX),
      // Its first line only says that something is to be fixed.
      said: (failureSummary ?? '').split('\n').slice(1).map((line) => line.trim()).join('; '),
    })),
  }));
};

/** The violations in both themes, by all rules in each: a style of one theme may hide or show more than colours. */
export const findViolationsInThemes = async (page: Page): Promise<Violation[]> => {
  const found: Violation[] = [];
  for (const theme of themes) {
    await showTheme(page, theme);
    found.push(...(await findViolations(page)).map((violation) => ({ ...violation, help: `${violation.help} (${theme} theme)` })));
  }
  return found;
};

/** For a person: where, what, and what to do. */
export const describeViolations = (where: string, violations: readonly Violation[]): string[] =>
  violations.flatMap(({ rule, impact, help, elements }) => [
    `${where}: ${rule} [${impact}] ${help}`,
    ...elements.map(({ selector, html, said }) => `    ${selector}\n      ${html}\n      ${said}`),
  ]);
