/** The program itself. */
import type { SystemInfo } from '../../contract/control/system.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Handlers } from '../dispatcher.ts';
import { runDoctor, type DoctorOptions } from '../doctor.ts';

const missing = (): never => {
  throw new VStackError('not_supported', 'This host does not answer that call.');
};

export interface SystemOptions {
  info(): Promise<SystemInfo>;
  doctorOptions(): DoctorOptions;
  /** Begins to close the host; returns at once. */
  shutDown(): void;
}

export const systemHandlers = ({ info, doctorOptions, shutDown }: SystemOptions) =>
  ({
    'system:info': info,
    'system:doctor': async () => ({ diagnoses: await runDoctor(doctorOptions()) }),
    'system:diagnostics': missing,
    'system:open-folder': missing,
    'system:set-data-folder': missing,
    'system:shutdown': () => {
      shutDown();
      return {};
    },
  }) satisfies Partial<Handlers>;
