/** The program of a storage node, started by the supervisor. */
import { StorageNodeConfig } from '../../contract/child-config.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { startStorageNode } from './service.ts';

runChild({
  role: 'storage-node',
  config: StorageNodeConfig,
  start: (config, { log, emit }) => startStorageNode(config, { log, emit }),
});
