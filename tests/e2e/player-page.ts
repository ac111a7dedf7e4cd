/** What the player says of its playback, read as a person reads it: the figures, what was fetched from whom and why, what it measured of each node. */
import type { Locator, Page } from 'playwright-core';

/** A round of requests for one chunk. */
export interface Fetch {
  sequence: number;
  /** Who gave most of it; null: nobody gave it. */
  nodeId: string | null;
  why: string;
  /** Nodes that were asked and failed. */
  failedNodeIds: string[];
}

/** One of the large figures under the picture, as `Stalls`. */
export const figure = (page: Page, label: string): Locator =>
  page.getByLabel('Figures of this playback').locator('div', { has: page.locator('dt', { hasText: label }) }).locator('dd b');

/** Seconds that are buffered, and stalls so far. */
export const bufferSec = async (page: Page): Promise<number> => Number(await figure(page, 'Buffer').textContent());
export const stallCount = async (page: Page): Promise<number> => Number(await figure(page, 'Stalls').textContent());

/** The rounds of this session, youngest first. */
export const fetches = (page: Page): Promise<Fetch[]> =>
  page.getByRole('region', { name: 'Fetched chunks' }).locator('li').evaluateAll((items) =>
    items.map((item) => {
      const texts = (selector: string): string[] => [...item.querySelectorAll(selector)].map((element) => element.textContent.trim());
      return {
        sequence: Number(texts('.sequence')[0]),
        nodeId: texts(':scope > span').find((text) => text.startsWith('node-')) ?? null,
        why: texts('.why')[0] ?? '',
        failedNodeIds: texts('.failure').map((text) => text.split(' ')[1]!),
      };
    }),
  );

/** What the player's own pings to a node take, smoothed; NaN while none has come back. */
export const ownPingMs = async (page: Page, nodeId: string): Promise<number> => parseFloat((await page.getByTitle(`a ping to ${nodeId}, smoothed`).textContent())!);
