/**
 * Brings up a cluster, keeps it alive, and takes it down: the one object that the host talks to about processes.
 *
 *   const supervisor = await createSupervisor({ dataDir, hostPid, entries, starter });
 *   await supervisor.launch({ nodeCount: 5 });
 *   await supervisor.node('node-2').kill();   // and it comes back
 *   await supervisor.close();
 */
import type { ClusterPhase, ClusterStatus, Problem } from '../contract/control/cluster.ts';
import { toErrorBody, VStackError } from '../contract/errors.ts';
import { NODES_MAX } from '../contract/settings.ts';
import { isServing } from '../core/supervision/child-state.ts';
import { defaultPolicy } from '../core/supervision/policy.ts';
import { systemClock } from '../platform/clock.ts';
import { makeDirectory, removePath } from '../platform/files.ts';
import { silentLogger } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import type { LinkControl, Supervisor, SupervisorOptions } from './api.ts';
import type { LaunchRequest } from './child-configs.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { createClusterFile } from './cluster-file.ts';
import { systemPortTools, type SupervisorContext } from './context.ts';
import { dataPathsOf } from './data-paths.ts';
import { loadKeys } from './keys.ts';
import { startHelper, type Helper } from './helper.ts';
import { createLaunchSteps } from './launch-steps.ts';
import { openLedger } from './ledger.ts';
import { noNode } from './no-node.ts';
import { nodeControlOf } from './node-control.ts';
import { prepareLaunch } from './prepare.ts';
import { createSavedValue } from './saved-value.ts';
import type { SupervisedChild } from './supervised-child.ts';
import { loadTopology } from './topology.ts';

export type { Supervisor, SupervisorEvent, SupervisorOptions } from './api.ts';

/** Opens the data folder: makes its keys if there are none, reads topology and ledger. @throws VStackError corrupt */
export const createSupervisor = async (options: SupervisorOptions): Promise<Supervisor> => {
  const { dataDir, hostPid, clock = systemClock, log = silentLogger(), onEvent = () => {} } = options;
  const paths = dataPathsOf(dataDir);
  const onSaveError = (error: unknown): void => log.error({ err: error }, 'a file of the supervisor could not be written');
  await makeDirectory(dataDir);
  const keys = await loadKeys(paths.keysFile);
  const topology = await loadTopology(paths.topologyFile);
  const topologyFile = createSavedValue(paths.topologyFile, () => topology, onSaveError);
  const context: SupervisorContext = {
    starter: options.starter,
    clock,
    random: options.random ?? systemRandom,
    policy: { ...defaultPolicy, ...options.policy },
    log,
    entries: options.entries,
    ledger: await openLedger(paths.ledgerFile, clock, onSaveError, options.processes),
    ports: options.ports ?? systemPortTools,
  };

  let stage: 'stopped' | 'starting' | 'up' | 'stopping' | 'failed' = 'stopped';
  let request: LaunchRequest = { nodeCount: 0 };
  /** Stays after its end, so that the screen can show how its children ended. */
  let cluster: Cluster | undefined;
  let steps = createLaunchSteps(clock, () => {});
  let problem: Problem | null = null;
  let launchedAtMs: number | null = null;
  let launchMs: number | null = null;
  let launching: { finished: Promise<unknown>; aborter: AbortController } | undefined;
  let stopping: Promise<void> | undefined;
  const helpers = new Set<Helper>();
  let isClosed = false;

  const isLaunched = (): boolean => stage === 'starting' || stage === 'up';
  const phase = (): ClusterPhase => {
    if (stage !== 'up') return stage;
    return cluster!.children().every((child) => child.phase() === 'ready') ? 'ready' : 'degraded';
  };

  const status = (): ClusterStatus => {
    const isUp = isLaunched();
    return {
      phase: phase(),
      dataDir,
      authentication: request.authentication ?? 'on',
      ...(request.replicaCount !== undefined && { replicaCount: request.replicaCount }),
      launchedAtMs,
      launchMs,
      steps: steps.list(),
      children: cluster?.children().map((child) => child.status()) ?? [],
      problem,
      metadataUrl: (isUp && cluster?.metadata.status().url) || null,
      uploaderUrl: (isUp && cluster?.uploader.status().url) || null,
    };
  };

  const file = createClusterFile(paths.clusterFile, { secret: keys.clusterSecret, hostPid, status }, onSaveError);
  const changed = (): void => {
    file.update();
    onEvent({ kind: 'changed' });
  };
  const enter = (next: typeof stage): void => {
    stage = next;
    changed();
  };

  const createChildren = (): Cluster =>
    createCluster({
      context,
      keys,
      paths,
      topology,
      saveTopology: () => topologyFile.save(),
      request,
      events: {
        onChange: changed,
        onBeat: (name, beat) => onEvent({ kind: 'beat', name, beat }),
        onWanted: (name, isWanted) => onEvent({ kind: 'wanted', name, isWanted }),
        onLog: (name, lines, droppedCount) => onEvent({ kind: 'log', name, lines, droppedCount }),
        onChildEvent: (name, event, data) => onEvent({ kind: 'child-event', name, event, data }),
        onLinks: () => onEvent({ kind: 'links' }),
      },
    });

  const bringUp = async (signal: AbortSignal): Promise<void> => {
    const startMs = clock.nowMs();
    cluster = undefined;
    problem = null;
    launchMs = null;
    launchedAtMs = clock.wallMs();
    steps = createLaunchSteps(clock, (step) => onEvent({ kind: 'step', step }));
    steps.declare('prepare', 'Leftovers and ports');
    enter('starting');
    await steps.run('prepare', () => prepareLaunch(request, topology, context));
    topologyFile.save();
    signal.throwIfAborted();
    cluster = createChildren();
    await cluster.bringUp(steps, signal);
    launchMs = clock.nowMs() - startMs;
    enter('up');
    await Promise.all([file.settled(), topologyFile.settled()]);
    log.info({ launchMs, nodeCount: cluster.nodes.size }, 'cluster is up');
  };

  const takeDown = async (end: 'stopped' | 'failed'): Promise<void> => {
    enter('stopping');
    await cluster?.takeDown();
    launchedAtMs = null;
    enter(end);
    await Promise.allSettled([file.settled(), topologyFile.settled(), context.ledger.settled()]);
  };

  const launch = async (signal: AbortSignal): Promise<ClusterStatus> => {
    try {
      await bringUp(signal);
      return status();
    } catch (error) {
      if (!signal.aborted) problem = toErrorBody(error);
      await takeDown(signal.aborted ? 'stopped' : 'failed');
      if (!signal.aborted) throw error;
      throw new VStackError('cancelled', 'The launch was cancelled; what had been started is stopped again.', { cause: error });
    } finally {
      launching = undefined;
    }
  };

  const stopNow = async (): Promise<void> => {
    if (launching) {
      launching.aborter.abort(new VStackError('cancelled', 'The cluster was stopped while it was launching.'));
      await launching.finished.catch(() => {}); // Its caller is told; here only the end matters.
    } else if (stage === 'up') await takeDown('stopped');
  };

  /** Everybody who asks while a stop is under way waits for the same one. */
  const stop = (): Promise<void> => {
    stopping ??= stopNow().finally(() => (stopping = undefined));
    return stopping;
  };

  const running = (): Cluster => {
    if (cluster && stage === 'up') return cluster;
    throw new VStackError('not_running', `The cluster is ${stage}; launch it first.`);
  };
  const child = (name: string): SupervisedChild => {
    const found = running().children().find((candidate) => candidate.name === name);
    if (found) return found;
    throw new VStackError('not_found', `There is no process named "${name}" in the cluster.`);
  };
  const nodeOf = (nodeId: string): SupervisedChild => {
    const node = running().nodes.get(nodeId);
    if (node) return node;
    throw noNode(nodeId, [...running().nodes.keys()]);
  };

  const links: LinkControl = {
    isReady: () => isLaunched() && cluster !== undefined && isServing(cluster.emulator.phase()),
    list: () => (isLaunched() && cluster?.links.list()) || [],
    set: async (changed) => running().links.set(changed),
    counters: async () => running().links.counters(),
  };

  return {
    keys,
    paths,
    links,
    status,
    clusterFile: file.value,
    async launch(wish, signal) {
      await stopping;
      if (launching || stage === 'up') throw new VStackError('already_running', 'The cluster is launched already. Stop it first to launch it with other settings.');
      request = wish;
      const aborter = new AbortController();
      const finished = launch(signal ? AbortSignal.any([signal, aborter.signal]) : aborter.signal);
      launching = { finished, aborter };
      return finished;
    },
    stop,
    node: (nodeId) => nodeControlOf(nodeOf(nodeId), clock),
    async addNode() {
      if (running().nodes.size >= NODES_MAX) throw new VStackError('conflict', `A cluster has at most ${NODES_MAX} nodes. Remove one first.`);
      const node = await running().addNode();
      await file.settled();
      return node.name;
    },
    async removeNode(nodeId, { deleteData = false } = {}) {
      nodeOf(nodeId);
      if (running().nodes.size === 1) throw new VStackError('conflict', `${nodeId} is the only node; a cluster without nodes stores nothing.`);
      await running().removeNode(nodeId);
      await file.settled();
      if (deleteData) await removePath(paths.nodeDir(nodeId));
    },
    call: async (name, call, input, { timeoutMs } = {}) => child(name).call(call, input, timeoutMs),
    async startHelper(wish) {
      const helper = await startHelper({ ...wish, logFile: paths.logFile(wish.name), onLog: (lines, droppedCount) => onEvent({ kind: 'log', name: wish.name, lines, droppedCount }) }, context);
      helpers.add(helper);
      if (isClosed) await helper.stop();
      void helper.exit.then(() => helpers.delete(helper));
      return helper;
    },
    async setDoors(doors) {
      file.setDoors(doors);
      await file.settled();
    },
    async close() {
      isClosed = true;
      await Promise.all([stop(), ...[...helpers].map((helper) => helper.stop())]);
      await file.remove();
      await Promise.allSettled([topologyFile.settled(), context.ledger.settled()]);
    },
  };
};
