/** A part of a test that stands on the parts before it. One test holds them all, so that a retry begins at the first. */

/** @throws Error that names the step, with what failed in it as the cause */
export const step = async (name: string, run: () => Promise<void>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    throw new Error(`Step “${name}”: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};
