/** Long work in small slices, so that everything else of the process keeps its turn. */

/** Below the frame of a screen, and far below what anybody notices. */
export const SLICE_MS = 8;

/** Call it often and await it: it gives way once a slice is used up, and costs next to nothing otherwise. */
export const createTurns = (sliceMs = SLICE_MS): (() => Promise<void> | undefined) => {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        sinceMs = performance.now();
        resolve();
      });
    });
  };
};
