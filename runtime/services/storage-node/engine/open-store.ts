import type { Store, StoreOptions } from './types.ts';

/** Opens the store in a folder, or founds one in an empty folder. Everything it shows afterwards is on stable storage. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  await options.disk.makeDirectory(options.dir);
  throw new Error('The engine behind this interface is not built yet.');
};
