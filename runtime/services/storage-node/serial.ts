/** Runs the tasks of one key one after another, and those of different keys side by side. */
export interface Serial {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** Keys with a task running or waiting. */
  readonly busyCount: number;
}

export const createSerial = (): Serial => {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key);
      const result = before ? before.then(task, task) : task();
      const tail = result.then(
        () => {},
        () => {}, // The caller has the failure; the next task starts all the same.
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
    get busyCount() {
      return tails.size;
    },
  };
};
