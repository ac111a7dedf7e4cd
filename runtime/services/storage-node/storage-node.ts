/** The program of a storage node, started by the supervisor. */
import { StorageNodeConfig } from '../../contract/child-config.ts';
import { keepYoungHeapSmall } from '../../platform/heap.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { startStorageNode } from './service.ts';

keepYoungHeapSmall();
runChild({
  role: 'storage-node',
  config: StorageNodeConfig,
  start: (config, { log, emit }) => startStorageNode(config, { log, emit }),
});
