/** The uploader as a child process of the supervisor. */
import { UploaderConfig } from '../../contract/child-config.ts';
import { systemClock } from '../../platform/clock.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { createUploader } from './service.ts';

runChild({
  role: 'uploader',
  config: UploaderConfig,
  async start(config, { log, emit }) {
    const uploader = await createUploader({ config, clock: systemClock, log });
    return {
      port: uploader.port,
      beat() {
        const activeUploads = uploader.activeCount();
        // The host follows uploads only while there are any, and not every upload is begun through the host.
        if (activeUploads > 0) emit('uploads-active', { activeUploads });
        return uploader.beat();
      },
      stop: (graceMs) => uploader.stop(graceMs),
    };
  },
});
