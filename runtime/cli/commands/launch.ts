/** Launches the cluster through any control client and tells it step by step. */
import type { ClusterStatus, LaunchOptions } from '../../contract/control/cluster.ts';
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { CliContext } from '../context.ts';
import { stepLine } from './cluster-text.ts';

const IN_MOTION = new Set<ClusterStatus['phase']>(['starting', 'stopping']);

/** The status once the cluster is neither starting nor stopping any more. @throws VStackError cancelled */
const settledStatus = (client: ControlClient, signal: AbortSignal): Promise<ClusterStatus> =>
  new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      stop();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const look = (status: ClusterStatus): void => {
      if (!IN_MOTION.has(status.phase)) finish(() => resolve(status));
    };
    const onAbort = (): void => finish(() => reject(new VStackError('cancelled', 'Waiting for the cluster was cancelled.')));
    const stop = client.on('cluster:changed', look);
    signal.addEventListener('abort', onAbort, { once: true });
    client.call('cluster:status', {}).then(look, (error: Error) => finish(() => reject(error)));
  });

/** What a cancelled launch had started is stopped within this time. */
const STOP_MS_MAX = 10_000;

export const launchCluster = async (client: ControlClient, options: LaunchOptions, { output, signal }: CliContext): Promise<ClusterStatus> => {
  const told = new Set<string>();
  const tell = ({ steps }: ClusterStatus): void => {
    for (const step of steps) {
      const isOver = step.phase === 'done' || step.phase === 'failed';
      if (!isOver || told.has(step.name)) continue;
      told.add(step.name);
      output.event('step', step, [stepLine(step, output.paint)]);
    }
    const running = steps.find((step) => step.phase === 'running');
    if (running) output.status(stepLine(running, output.paint));
  };
  const stop = client.on('cluster:changed', (status) => {
    // The steps of an earlier launch stand in the status until this one has begun.
    if (status.phase === 'starting') tell(status);
  });
  try {
    const status = await client.call('cluster:launch', options, { signal });
    tell(status);
    return status;
  } catch (error) {
    if (signal.aborted) {
      await settledStatus(client, AbortSignal.timeout(STOP_MS_MAX)).catch(() => {});
      throw new VStackError('cancelled', 'The launch was cancelled; everything is stopped.');
    }
    // Whatever step failed last is in the status only.
    tell(await client.call('cluster:status', {}));
    throw error;
  } finally {
    stop();
  }
};

/** Brings a cluster up at a host that others use too: one that runs is left alone, one that somebody else is launching is waited for. */
export const ensureLaunched = async (client: ControlClient, options: LaunchOptions, context: CliContext): Promise<{ status: ClusterStatus; wasUp: boolean }> => {
  const status = await settledStatus(client, context.signal);
  if (status.phase === 'ready' || status.phase === 'degraded') return { status, wasUp: true };
  return { status: await launchCluster(client, options, context), wasUp: false };
};

/** Tells from now on what happens to the processes, compared with `before`; returns how to stop. */
export const tellChanges = (client: ControlClient, before: ClusterStatus, { output }: CliContext): (() => void) => {
  const known = new Map(before.children.map(({ name, phase }) => [name, phase]));
  return client.on('cluster:changed', ({ children, phase }) => {
    for (const { name, phase: childPhase, problem, pid } of children) {
      const isNew = known.get(name) !== childPhase;
      known.set(name, childPhase);
      // Everything stops when the cluster does; that is told once, not once per process.
      if (!isNew || phase === 'stopping' || phase === 'stopped') continue;
      output.event('child', { name, phase: childPhase, pid, problem }, [`  ${name} is ${childPhase}${problem ? `: ${problem}` : ''}`]);
    }
  });
};
