/** The program itself. */
import type { SystemInfo } from '../../contract/control/system.ts';
import type { Handlers } from '../dispatcher.ts';
import { runDoctor, type DoctorOptions } from '../doctor.ts';

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
    'system:shutdown': () => {
      shutDown();
      return {};
    },
  }) satisfies Partial<Handlers>;
