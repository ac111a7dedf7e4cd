/** Launches the cluster through any control client and tells it step by step. */
import type { ClusterStatus, LaunchOptions } from '../../contract/control/cluster.ts';
import type { ControlClient } from '../../contract/control/index.ts';
import type { CliContext } from '../context.ts';
import { stepLine } from './cluster-text.ts';

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
    // Whatever step failed last is in the status only; a cancelled launch has nothing more to tell.
    if (!signal.aborted) tell(await client.call('cluster:status', {}));
    throw error;
  } finally {
    stop();
  }
};

/** Tells from now on what happens to the processes; returns how to stop. */
export const tellChanges = (client: ControlClient, { output }: CliContext): (() => void) => {
  const known = new Map<string, string>();
  let isFirst = true;
  return client.on('cluster:changed', ({ children, phase }) => {
    for (const { name, phase: childPhase, problem, pid } of children) {
      const before = known.get(name);
      known.set(name, childPhase);
      // Everything stops when the cluster does; that is told once, not once per process.
      if (isFirst || before === childPhase || phase === 'stopping' || phase === 'stopped') continue;
      output.event('child', { name, phase: childPhase, pid, problem }, [`  ${name} is ${childPhase}${problem ? `: ${problem}` : ''}`]);
    }
    isFirst = false;
  });
};
