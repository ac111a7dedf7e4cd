import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { defaultPolicy } from '../../../runtime/core/supervision/policy.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../runtime/platform/log.ts';
import { createFakeStarter } from '../../../runtime/platform/process/fake-starter.ts';
import type { SupervisorContext } from '../../../runtime/supervisor/context.ts';
import { prepareLaunch } from '../../../runtime/supervisor/prepare.ts';
import { emptyTopology, fitTopology, type Topology } from '../../../runtime/supervisor/topology.ts';

/** A machine on which exactly these ports are taken. */
const contextOf = (...taken: number[]): SupervisorContext => ({
  starter: createFakeStarter({}), clock: createManualClock(), random: () => 0, policy: defaultPolicy, log: silentLogger(),
  entries: { metadata: '', 'link-emulator': '', 'storage-node': '', uploader: '', 'lab-worker': '' },
  ledger: { add() {}, setPort() {}, remove() {}, reap: () => Promise.resolve([]), settled: () => Promise.resolve() },
  ports: {
    isFree: (port) => Promise.resolve(!taken.includes(port)),
    requireFree: (wanted) => {
      const conflict = wanted.find(({ port }) => taken.includes(port));
      return conflict ? Promise.reject(new VStackError('port_in_use', `Port ${conflict.port}, wanted for ${conflict.purpose}, is taken.`)) : Promise.resolve();
    },
    waitUntilAnswers: () => Promise.resolve(),
  },
});

const remembered = (): Topology => {
  const topology = emptyTopology();
  fitTopology(topology, 2);
  Object.assign(topology, { metadataPort: 5000, uploaderPort: 5001, emulatorPort: 5002 });
  topology.nodes.forEach((node, index) => Object.assign(node, { port: 5010 + index, linkPort: 5020 + index }));
  return topology;
};
const portsOf = ({ metadataPort, uploaderPort, emulatorPort, nodes }: Topology) => [metadataPort, uploaderPort, emulatorPort, ...nodes.flatMap(({ port, linkPort }) => [port, linkPort])];

describe('the ports of a launch', () => {
  it('are those of the last one where they are still free', async () => {
    const topology = remembered();
    await prepareLaunch({ nodeCount: 3 }, topology, contextOf(5001, 5002, 5011, 5020));
    expect(portsOf(topology)).toEqual([5000, 0, 0, 5010, 0, 0, 5021, 0, 0]);
  });

  it('of nodes and emulator stay out of the way of a port base', async () => {
    const topology = remembered();
    // The base demands 5009 for metadata, 5010 and 5011 for the links, 5013 for the uploader.
    await prepareLaunch({ nodeCount: 2, portBase: 5009 }, topology, contextOf(5002));
    expect(portsOf(topology)).toEqual([5000, 5001, 0, 0, 5020, 0, 5021]);
  });

  it('that a base demands must be free; another base is named', async () => {
    const failure = await prepareLaunch({ nodeCount: 2, portBase: 8080 }, remembered(), contextOf(8082)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'port_in_use', message: 'Port 8082, wanted for the link of node-2, is taken. From 8180 all of them are free.', details: { suggestedPortBase: 8180 } });
  });
});
