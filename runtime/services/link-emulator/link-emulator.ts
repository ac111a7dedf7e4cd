/** The link emulator as a child process of the supervisor. */
import { LinkEmulatorConfig } from '../../contract/child-config.ts';
import { systemClock } from '../../platform/clock.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { createLinkEmulator } from './service.ts';

runChild({
  role: 'link-emulator',
  config: LinkEmulatorConfig,
  async start(config, { log, emit }) {
    const emulator = await createLinkEmulator({ config, clock: systemClock, log, emit });
    return { port: emulator.port, details: { ...emulator.ports() }, beat: emulator.beat, calls: emulator.calls, stop: emulator.stop };
  },
});
