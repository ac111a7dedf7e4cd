/** The uploader as a child process of the supervisor. */
import { UploaderConfig } from '../../contract/child-config.ts';
import { systemClock } from '../../platform/clock.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { createUploader } from './service.ts';

runChild({
  role: 'uploader',
  config: UploaderConfig,
  async start(config, { log }) {
    const uploader = await createUploader({ config, clock: systemClock, log });
    return {
      port: uploader.port,
      beat: () => ({ activeUploads: uploader.activeCount() }),
      stop: (graceMs) => uploader.stop(graceMs),
    };
  },
});
