/** A small value on disk that follows its twin in memory: changes during a write are gathered into one further write. */
import { writeJsonFile } from '../platform/files.ts';

export interface SavedValue {
  /** Writes what `read` returns then, soon. */
  save(): void;
  /** Resolves once everything saved so far is on the disk; rejects with the first failure since the last call. */
  settled(): Promise<void>;
}

export const createSavedValue = (path: string, read: () => unknown, onError: (error: unknown) => void): SavedValue => {
  let isDirty = false;
  let writing: Promise<void> | undefined;
  let failure: unknown;

  const writeAll = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false;
      try {
        await writeJsonFile(path, read());
      } catch (error) {
        failure ??= error;
        onError(error);
      }
    }
    writing = undefined;
  };

  return {
    save() {
      isDirty = true;
      writing ??= writeAll();
    },
    async settled() {
      await writing;
      const first = failure;
      failure = undefined;
      if (first !== undefined) throw first as Error;
    },
  };
};
