/** Where everything stands in a data folder. */
import { CLUSTER_FILE } from '../contract/cluster-file.ts';
import { joinPath } from '../platform/files.ts';

export interface DataPaths {
  keysFile: string;
  ledgerFile: string;
  topologyFile: string;
  clusterFile: string;
  metadataDir: string;
  uploaderDir: string;
  nodeDir(nodeId: string): string;
  /** Each child's own log file. */
  logFile(childName: string): string;
}

export const dataPathsOf = (dataDir: string): DataPaths => ({
  keysFile: joinPath(dataDir, 'keys.json'),
  ledgerFile: joinPath(dataDir, 'ledger.json'),
  topologyFile: joinPath(dataDir, 'topology.json'),
  clusterFile: joinPath(dataDir, CLUSTER_FILE),
  metadataDir: joinPath(dataDir, 'metadata'),
  uploaderDir: joinPath(dataDir, 'uploader'),
  nodeDir: (nodeId) => joinPath(dataDir, 'nodes', nodeId),
  logFile: (childName) => joinPath(dataDir, 'logs', `${childName}.log`),
});
