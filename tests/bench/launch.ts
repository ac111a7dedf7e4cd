/** How long a cluster of metadata service, five nodes and uploader takes to be ready, counted from the start of the program. */
import { newDataDir, removeDataDir, startClusterProcess } from '../fixtures/cluster-process.ts';
import { median, printFigures } from './lib/figures.ts';

const RUNS = 7;

const totals: number[] = [];
const again: number[] = [];
for (let run = 0; run < RUNS; run++) {
  const dataDir = newDataDir();
  try {
    for (const list of [totals, again]) {
      const cluster = await startClusterProcess({ nodes: 5, dataDir });
      list.push(cluster.launchMs);
      await cluster.stop();
    }
  } finally {
    removeDataDir(dataDir);
  }
}

printFigures('Launch', [
  { name: 'metadata, 5 nodes, uploader ready; empty data folder', value: median(totals) / 1000, unit: 's', target: '≤ 2 s median', note: `median of ${RUNS}, worst ${(Math.max(...totals) / 1000).toFixed(2)} s` },
  { name: 'the same, existing data folder', value: median(again) / 1000, unit: 's', note: `median of ${RUNS}, worst ${(Math.max(...again) / 1000).toFixed(2)} s` },
]);
