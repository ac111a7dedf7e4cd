/** What is only worth its cost while somebody can see the page: the host measures twice as often for whoever follows. */

/**
 * Calls `start` when the page can be seen, now or later, and what it returned when the page is hidden. Returns a function that ends it.
 * Where there is no page, as in a test, it is always seen.
 */
export const whileVisible = (start: () => () => void): (() => void) => {
  const page = globalThis.document as Document | undefined;
  let stop: (() => void) | undefined;
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const turn = (): void => {
    if (page?.visibilityState === 'hidden') end();
    else stop ??= start();
  };
  page?.addEventListener('visibilitychange', turn);
  turn();
  return () => {
    page?.removeEventListener('visibilitychange', turn);
    end();
  };
};
