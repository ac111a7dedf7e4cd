/** What this process has used of the machine so far. */
export interface ProcessUsage {
  /** CPU time, user and system, over all threads, since the process started. */
  cpuMs: number;
  rssBytes: number;
}

export const processUsage = (): ProcessUsage => {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
};
