/** Runs asynchronous tasks one after another, in the order they were given. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task);
    this.#last = result.catch(() => {
      // Whoever gave the task hears of its failure; the next task runs all the same.
    });
    return result;
  }
}

/** Lets other work of the process run before a long task goes on. */
export const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
