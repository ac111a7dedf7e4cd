/** What the worker answers. */
import type { z } from 'zod';
import { labCalls, type LabCall, type LabOutput, type LabWorkerConfig } from '../../contract/lab-worker.ts';
import { systemClock } from '../../platform/clock.ts';
import { parseInput } from '../../platform/http/body.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import type { ChildContext, RunningChild } from '../../platform/process/run-child.ts';
import { summarize } from '../comparison/summarize.ts';
import { simulateSession } from '../comparison/virtual/simulate.ts';
import { createRealSessions } from './real-sessions.ts';

type Handlers = { [C in LabCall]: (input: z.output<(typeof labCalls)[C]['input']>) => LabOutput<C> | Promise<LabOutput<C>> };

export const startLabWorker = async ({ clusterSecret }: LabWorkerConfig, { emit }: Pick<ChildContext, 'emit'>): Promise<RunningChild> => {
  const http = createHttpClient({ ...(clusterSecret !== null && { secret: clusterSecret }) });
  const sessions = createRealSessions({ http, clock: systemClock, emit });
  const handlers: Handlers = { play: sessions.play, fault: sessions.fault, links: sessions.links, stop: sessions.stop, simulate: simulateSession, summarize };
  const calls = Object.fromEntries(
    (Object.keys(labCalls) as LabCall[]).map((name) => {
      const handle = handlers[name] as (input: unknown) => unknown;
      return [name, (input: unknown) => handle(parseInput(labCalls[name].input, input))];
    }),
  );
  return {
    port: 0,
    calls,
    async stop() {
      await sessions.close();
      http.close();
    },
  };
};
