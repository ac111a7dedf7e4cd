/** The lab worker as the host asks it: typed calls, checked answers, events to whoever listens at the moment. */
import { labCalls, labEvents, type LabCall, type LabInput, type LabOutput } from '../../contract/lab-worker.ts';
import type { z } from 'zod';
import type { Supervisor } from '../../supervisor/api.ts';

export type LabEvent = keyof typeof labEvents;
type LabListener = { [E in LabEvent]?: (data: z.output<(typeof labEvents)[E]>) => void };

export interface LabWorker {
  /** @throws VStackError unavailable once the worker is gone, timeout, or its answer */
  ask<C extends LabCall>(name: C, input: LabInput<C>, timeoutMs?: number): Promise<LabOutput<C>>;
  /** Who hears its events from now on. */
  listen(listener: LabListener): void;
  /** Whether its process still runs. */
  isAlive(): boolean;
  stop(): Promise<void>;
}

const NAME = 'lab-worker';

/** @throws VStackError when it does not start */
export const openLabWorker = async (supervisor: Pick<Supervisor, 'startHelper'>, clusterSecret: string | null): Promise<LabWorker> => {
  let listener: LabListener = {};
  let isAlive = true;
  const helper = await supervisor.startHelper({
    name: NAME,
    role: NAME,
    config: { clusterSecret },
    onEvent(name, data) {
      if (!(name in labEvents)) return;
      const event = name as LabEvent;
      const parsed = labEvents[event].safeParse(data);
      if (parsed.success) (listener[event] as ((data: unknown) => void) | undefined)?.(parsed.data);
    },
  });
  void helper.exit.then(() => (isAlive = false));
  return {
    ask: async (name, input, timeoutMs) => labCalls[name].output.parse(await helper.call(name, input, timeoutMs)) as never,
    listen: (next) => void (listener = next),
    isAlive: () => isAlive,
    stop: () => helper.stop(),
  };
};

export interface LabWorkers {
  /** The one that runs; another one if it has died. */
  get(): Promise<LabWorker>;
  /** Resolves when it is gone; nothing running is fine. */
  stop(): Promise<void>;
}

/** One worker at a time, started when it is first needed. */
export const createLabWorkers = (open: () => Promise<LabWorker>): LabWorkers => {
  let current: Promise<LabWorker> | null = null;
  return {
    async get() {
      const known = await current?.catch(() => null);
      if (known?.isAlive()) return known;
      current = open();
      return current;
    },
    async stop() {
      const known = await current?.catch(() => null);
      current = null;
      await known?.stop();
    },
  };
};
