/** What has to be in order before the first process of a launch starts. */
import { planPorts } from '../core/supervision/port-plan.ts';
import type { LaunchRequest } from './child-configs.ts';
import type { SupervisorContext } from './context.ts';
import { fitTopology, type Topology } from './topology.ts';

/**
 * Ends leftovers, fits the topology to the wish, and settles the ports: with a port base all of them must be free; remembered ones are given
 * up where somebody else took them meanwhile. Changes `topology`; the caller saves it.
 * @returns what was found, in words
 * @throws VStackError port_in_use naming every conflict; bad_request for a base without room
 */
export const prepareLaunch = async (request: LaunchRequest, topology: Topology, context: SupervisorContext): Promise<string> => {
  const { ledger, log, ports } = context;
  const leftovers = await ledger.reap();
  for (const { name, pid } of leftovers) log.warn({ child: name, pid }, 'ended a process that an earlier host had left running');

  fitTopology(topology, request.nodeCount);
  const portBase = request.portBase ?? 0;
  if (portBase > 0) {
    const plan = planPorts(portBase);
    await ports.requireFree([
      { port: plan.metadata, purpose: 'the metadata service' },
      ...topology.nodes.map(({ nodeId, number }) => ({ port: plan.node(number), purpose: nodeId })),
      { port: plan.uploader, purpose: 'the uploader' },
    ]);
  } else {
    const keepIfFree = async (port: number): Promise<number> => (port > 0 && (await ports.isFree(port)) ? port : 0);
    topology.metadataPort = await keepIfFree(topology.metadataPort);
    topology.uploaderPort = await keepIfFree(topology.uploaderPort);
    for (const node of topology.nodes) node.port = await keepIfFree(node.port);
  }
  return leftovers.length === 0 ? 'nothing was left behind' : `ended ${leftovers.length} left behind`;
};
