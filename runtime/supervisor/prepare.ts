/** What has to be in order before the first process of a launch starts. */
import { VStackError } from '../contract/errors.ts';
import type { LaunchRequest } from './child-configs.ts';
import type { PortTools, SupervisorContext } from './context.ts';
import { suggestPortBase, wantedPorts } from './suggest-port-base.ts';
import { fitTopology, type Topology } from './topology.ts';

/** @throws VStackError port_in_use; its details name the conflicts, and as `suggestedPortBase` a base that is free */
const requireFreeBase = async (portBase: number, { nodes }: Topology, ports: PortTools): Promise<void> => {
  const wanted = wantedPorts(portBase, nodes);
  try {
    await ports.requireFree(wanted);
  } catch (error) {
    if (!(error instanceof VStackError) || error.code !== 'port_in_use') throw error;
    const suggestedPortBase = await suggestPortBase(portBase, nodes, ports);
    if (suggestedPortBase === undefined) throw error;
    throw new VStackError('port_in_use', `${error.message} From ${suggestedPortBase} all of them are free.`, { cause: error, details: { ...error.details, suggestedPortBase } });
  }
};

/**
 * Gives up the remembered ports that somebody else took meanwhile. With a port base, what it decides is not remembered but demanded, and where
 * the nodes and the emulator itself listen must stay out of its way.
 */
const keepFreePorts = async (topology: Topology, portBase: number, ports: PortTools): Promise<void> => {
  const demanded = new Set(portBase > 0 ? wantedPorts(portBase, topology.nodes).map(({ port }) => port) : []);
  const kept = async (port: number): Promise<number> => (port > 0 && !demanded.has(port) && (await ports.isFree(port)) ? port : 0);
  topology.metadataPort = await kept(topology.metadataPort);
  topology.uploaderPort = await kept(topology.uploaderPort);
  topology.emulatorPort = await kept(topology.emulatorPort);
  for (const node of topology.nodes) {
    node.port = await kept(node.port);
    node.linkPort = await kept(node.linkPort);
  }
};

/**
 * Ends leftovers, fits the topology to the wish, and settles the ports: those that a port base decides must be free; remembered ones are given
 * up where somebody else took them meanwhile. Changes `topology`; the caller saves it.
 * @returns what was found, in words
 * @throws VStackError port_in_use naming every conflict and a base that is free; bad_request for a base without room
 */
export const prepareLaunch = async (request: LaunchRequest, topology: Topology, context: SupervisorContext): Promise<string> => {
  const { ledger, log, ports } = context;
  const leftovers = await ledger.reap();
  for (const { name, pid } of leftovers) log.warn({ child: name, pid }, 'ended a process that an earlier host had left running');

  fitTopology(topology, request.nodeCount);
  const portBase = request.portBase ?? 0;
  if (portBase > 0) await requireFreeBase(portBase, topology, ports);
  await keepFreePorts(topology, portBase, ports);
  return leftovers.length === 0 ? 'nothing was left behind' : `ended ${leftovers.length} left behind`;
};
