/** The processes of one launched cluster: brought up in order, watched, and taken down in reverse order. */
import { LINKS_CHANGED } from '../contract/child-config.ts';
import type { ChildPhase } from '../contract/control/cluster.ts';
import { VStackError } from '../contract/errors.ts';
import { hasProcess, isServing } from '../core/supervision/child-state.ts';
import { planPorts } from '../core/supervision/port-plan.ts';
import { linksConfig, metadataConfig, nodeConfig, uploaderConfig, type ConfigSource, type LaunchRequest } from './child-configs.ts';
import type { SupervisorContext } from './context.ts';
import type { DataPaths } from './data-paths.ts';
import type { ClusterKeys } from './keys.ts';
import type { LaunchSteps } from './launch-steps.ts';
import { createLinks, type Links } from './links.ts';
import { waitForQuorum } from './quorum.ts';
import { createSupervisedChild, type ChildBeat, type ChildSettings, type SupervisedChild } from './supervised-child.ts';
import { stopTogether } from './take-down.ts';
import { growTopology, type Topology, type TopologyNode } from './topology.ts';

/** A node's death must reach the metadata service quickly or not at all: its own heartbeats would tell soon anyway. */
const NODE_DOWN_MS_MAX = 2000;

export interface ClusterEvents {
  /** A child began or ended something, or there is another child. */
  onChange(): void;
  onBeat(name: string, beat: ChildBeat): void;
  onWanted(name: string, isWanted: boolean): void;
  onLog(name: string, lines: string[], droppedCount: number): void;
  onChildEvent(name: string, event: string, data: unknown): void;
  /** Which links there are, where, or how they are set. */
  onLinks(): void;
}

export interface ClusterParts {
  context: SupervisorContext;
  keys: ClusterKeys;
  paths: DataPaths;
  topology: Topology;
  saveTopology(): void;
  request: LaunchRequest;
  events: ClusterEvents;
}

export interface Cluster {
  metadata: SupervisedChild;
  /** The process of the link emulator, and what it shall do. */
  emulator: SupervisedChild;
  links: Links;
  uploader: SupervisedChild;
  /** By node id, in the order of their numbers. */
  nodes: ReadonlyMap<string, SupervisedChild>;
  /** All of them, in the order of their start. */
  children(): SupervisedChild[];
  bringUp(steps: LaunchSteps, signal: AbortSignal): Promise<void>;
  /** Within 5 s, in any state; never rejects. */
  takeDown(): Promise<void>;
  addNode(): Promise<SupervisedChild>;
  removeNode(nodeId: string): Promise<void>;
}

export const createCluster = (parts: ClusterParts): Cluster => {
  const { context, keys, paths, topology, saveTopology, request, events } = parts;
  const plan = planPorts(request.portBase ?? 0);
  const isPortFixed = (request.portBase ?? 0) > 0;
  const nodes = new Map<string, SupervisedChild>();
  let isGoingDown = false;
  const source: ConfigSource = { keys, paths, request, metadataUrl: () => `http://127.0.0.1:${metadata.port()}`, linkUrl: (nodeId) => links.urlOf(nodeId) };

  type Own = Pick<ChildSettings, 'name' | 'role' | 'dataDir' | 'port' | 'configFor'> & Partial<ChildSettings>;
  const createChild = (own: Own): SupervisedChild => {
    const { name } = own;
    const child: SupervisedChild = createSupervisedChild(
      {
        logFile: paths.logFile(name),
        isPortFixed,
        onPhase: (from, to) => handlePhase(child, from, to),
        onBeat: (beat) => events.onBeat(name, beat),
        onWanted: (isWanted) => events.onWanted(name, isWanted),
        onLog: (lines, droppedCount) => events.onLog(name, lines, droppedCount),
        onEvent: (event, data) => events.onChildEvent(name, event, data),
        ...own,
      },
      context,
    );
    return child;
  };

  const createNode = ({ nodeId, port }: TopologyNode): SupervisedChild => {
    const node = createChild({
      name: nodeId,
      role: 'storage-node',
      dataDir: paths.nodeDir(nodeId),
      port,
      isPortFixed: false,
      configFor: (own) => nodeConfig(source, nodeId, own),
      clientUrl: () => links.urlOf(nodeId),
      onListening: (own) => links.aim(nodeId, own),
    });
    nodes.set(nodeId, node);
    return node;
  };

  const addLink = ({ nodeId, number, linkPort }: TopologyNode): void => links.add(nodeId, plan.link(number) || linkPort);

  const handlePhase = (child: SupervisedChild, from: ChildPhase, to: ChildPhase): void => {
    if (to === 'ready' && from === 'starting') {
      rememberPort(child);
      if (child === emulator) links.catchUp();
      // A metadata service that was away missed what happened to the nodes meanwhile.
      if (child === metadata && metadata.status().restartCount > 0) [...nodes.values()].filter((node) => !hasProcess(node.phase())).forEach(tellNodeDown);
    }
    if (child.role === 'storage-node' && !hasProcess(to)) void links.aim(child.name, null);
    const wasServing = isServing(from) || from === 'paused' || from === 'stopping';
    if (child.role === 'storage-node' && wasServing && (!hasProcess(to) || to === 'starting')) tellNodeDown(child);
    events.onChange();
  };

  const rememberPort = (child: SupervisedChild): void => {
    const place = topology.nodes.find(({ nodeId }) => nodeId === child.name);
    if (place) place.port = child.port();
    if (child === metadata) topology.metadataPort = child.port();
    if (child === uploader) topology.uploaderPort = child.port();
    if (child === emulator) topology.emulatorPort = child.port();
    saveTopology();
  };

  const tellNodeDown = (node: SupervisedChild): void => {
    if (isGoingDown || !isServing(metadata.phase())) return;
    const reason = node.status().problem ?? 'It was stopped.';
    metadata.call('node-down', { nodeId: node.name, reason }, NODE_DOWN_MS_MAX).catch((error: unknown) => {
      context.log.warn({ err: error, node: node.name }, 'the metadata service could not be told that a node is down');
    });
  };

  const metadata = createChild({
    name: 'metadata',
    role: 'metadata',
    dataDir: paths.metadataDir,
    port: plan.metadata || topology.metadataPort,
    configFor: (port) => metadataConfig(source, port),
  });
  const links = createLinks({
    emulator: () => emulator,
    savePort: (nodeId, port) => {
      const place = topology.nodes.find((node) => node.nodeId === nodeId);
      if (place) place.linkPort = port;
      saveTopology();
    },
    onChange: events.onLinks,
    onError: (error, what) => context.log.error({ err: error }, what),
  });
  const emulator = createChild({
    name: 'links',
    role: 'link-emulator',
    dataDir: '',
    port: topology.emulatorPort,
    isPortFixed: false,
    configFor: (port) => linksConfig(source, port, links.specs()),
    onListening: (_port, details) => links.takeReady(details),
    onPortLost: () => {
      if (!isPortFixed) links.forgetPorts();
    },
    onEvent: (event, data) => {
      if (event === LINKS_CHANGED) links.takeChanged(data);
      events.onChildEvent('links', event, data);
    },
  });
  topology.nodes.forEach((place) => {
    addLink(place);
    createNode(place);
  });
  const uploader = createChild({
    name: 'uploader',
    role: 'uploader',
    dataDir: paths.uploaderDir,
    port: plan.uploader || topology.uploaderPort,
    configFor: (port) => uploaderConfig(source, port),
  });

  /** @throws the child's failure when it gave up, VStackError cancelled when it was stopped meanwhile, or the signal's reason */
  const startAndWait = async (child: SupervisedChild, signal?: AbortSignal): Promise<string> => {
    child.start();
    const phase = await child.when((now) => isServing(now) || now === 'crashed' || now === 'stopped', signal);
    if (phase === 'crashed') throw child.failure();
    if (phase === 'stopped') throw new VStackError('cancelled', `${child.name} was stopped before it was ready.`);
    return `port ${child.port()}`;
  };

  const bringUp = async (steps: LaunchSteps, signal: AbortSignal): Promise<void> => {
    steps.declare('metadata', 'Metadata service');
    steps.declare('links', 'Link emulator');
    for (const name of nodes.keys()) steps.declare(name, `Storage node ${name}`);
    steps.declare('uploader', 'Uploader');
    steps.declare('quorum', 'Nodes registered');

    // Neither needs the other, and a node needs both: it registers with one and gives out an address of the other.
    await Promise.all([steps.run('metadata', () => startAndWait(metadata, signal)), steps.run('links', () => startAndWait(emulator, signal))]);
    // A node that does not come up is told by its own step; whether the cluster works without it is decided by the last one.
    await Promise.allSettled([...nodes.values()].map((node) => steps.run(node.name, () => startAndWait(node, signal))));
    signal.throwIfAborted();
    await steps.run('uploader', () => startAndWait(uploader, signal));
    await steps.run('quorum', async () => {
      const ready = [...nodes.values()].filter((node) => isServing(node.phase())).map(({ name }) => name);
      const question = { metadataUrl: source.metadataUrl(), secret: keys.clusterSecret, nodeIds: ready, nodeCount: nodes.size };
      const healthy = await waitForQuorum(question, context.clock, signal);
      return `${healthy.length} of ${nodes.size}`;
    });
  };

  return {
    metadata,
    emulator,
    links,
    uploader,
    nodes,
    children: () => [metadata, emulator, ...nodes.values(), uploader],
    bringUp,
    async takeDown() {
      isGoingDown = true;
      await stopTogether([uploader], context.clock);
      await stopTogether([...nodes.values()], context.clock);
      // Nodes finish what they are sending through their links, so those outlive them.
      await stopTogether([emulator, metadata], context.clock);
    },
    async addNode() {
      const port = plan.link(topology.nextNumber);
      if (isPortFixed) await context.ports.requireFree([{ port, purpose: 'the link of the new node' }]);
      const place = growTopology(topology);
      const forget = (): void => {
        topology.nodes = topology.nodes.filter((other) => other !== place);
        saveTopology();
        void links.remove(place.nodeId).catch(() => {}); // What could not be opened need not be closed.
      };
      addLink(place);
      await links.untilOpen(place.nodeId).catch((error: unknown) => {
        forget();
        throw error;
      });
      if (isGoingDown) {
        forget();
        throw new VStackError('cancelled', 'The cluster is being stopped, so no node was added.');
      }
      saveTopology();
      const node = createNode(place);
      events.onChange();
      await startAndWait(node);
      return node;
    },
    async removeNode(nodeId) {
      const node = nodes.get(nodeId)!;
      await stopTogether([node], context.clock);
      nodes.delete(nodeId);
      await links.remove(nodeId).catch((error: unknown) => context.log.warn({ err: error, node: nodeId }, 'the link of a node that was removed could not be closed'));
      topology.nodes = topology.nodes.filter((place) => place.nodeId !== nodeId);
      saveTopology();
      events.onChange();
    },
  };
};
