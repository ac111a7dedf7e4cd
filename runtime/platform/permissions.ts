/** Who may read a file. */
import { chmod } from 'node:fs/promises';

/** Leaves a file readable and writable by its owner alone. Windows has no such bits; there the user's profile folder protects it. */
export const makePrivate = (path: string): Promise<void> => chmod(path, 0o600);
