/** The metadata service as a child process. */
import { NodeDownInput } from '../../contract/child-config.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { startMetadataService } from './service.ts';
import { MetadataSettings } from './settings.ts';

runChild({
  role: 'metadata',
  config: MetadataSettings,
  async start(settings, { log }) {
    const service = await startMetadataService(settings, { log });
    if (service.setAside !== undefined) log.warn({ setAside: service.setAside }, 'the database before the rebuild was set aside');
    return {
      port: service.port,
      details: { url: service.url },
      beat: service.beat,
      stop: (graceMs) => service.close(graceMs),
      calls: {
        'node-down': async (input) => {
          const { nodeId, reason } = NodeDownInput.parse(input);
          await service.markNodeDown(nodeId, reason);
          return {};
        },
      },
    };
  },
});
