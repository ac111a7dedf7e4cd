/** `topology.json`: which nodes the cluster consists of, and where everything listened last, so that the next launch brings up the same cluster. */
import { z } from 'zod';
import { VStackError } from '../contract/errors.ts';
import { NodeId } from '../contract/ids.ts';
import { readJsonFile } from '../platform/files.ts';

export const TOPOLOGY_VERSION = 2;

/** 0: not known yet. */
const Port = z.number().int().min(0).max(65_535);

const TopologyNode = z.object({
  nodeId: NodeId,
  /** 1, 2, 3 …; decides the port of its link with a port base. Never given twice, also after the node was removed. */
  number: z.number().int().positive(),
  /** Where the node itself listens. */
  port: Port,
  /** Where clients reach it. */
  linkPort: Port,
});
export type TopologyNode = z.infer<typeof TopologyNode>;

export const Topology = z.object({
  version: z.literal(TOPOLOGY_VERSION),
  /** What the last launch asked for; only another wish than that one makes the cluster grow. */
  nodeCountAsked: z.number().int().nonnegative(),
  nextNumber: z.number().int().positive(),
  metadataPort: Port,
  uploaderPort: Port,
  /** Of the link emulator's own HTTP API. */
  emulatorPort: Port,
  nodes: z.array(TopologyNode),
});
export type Topology = z.infer<typeof Topology>;

export const emptyTopology = (): Topology => ({ version: TOPOLOGY_VERSION, nodeCountAsked: 0, nextNumber: 1, metadataPort: 0, uploaderPort: 0, emulatorPort: 0, nodes: [] });

type Saved = Record<string, unknown>;

/** `migrations[v]` turns a topology of version v into version v + 1; what is no topology stays none, for the schema to refuse. */
const migrations: Readonly<Record<number, (old: Saved) => Saved>> = {
  // Version 2 put a link before every node. The address that clients know becomes the link's; the node finds a new one.
  1: (old) => ({ ...old, emulatorPort: 0, nodes: Array.isArray(old.nodes) ? old.nodes.map((node?: Saved) => ({ ...node, linkPort: node?.port, port: 0 })) : old.nodes }),
};

const migrate = (input: unknown): unknown => {
  let saved = { ...(input as Saved) };
  for (let migration; typeof saved.version === 'number' && (migration = migrations[saved.version]); ) saved = { ...migration(saved), version: saved.version + 1 };
  return saved;
};

/** @throws VStackError corrupt: guessing would bring up a cluster without some of its data */
export const loadTopology = async (path: string): Promise<Topology> => {
  const existing = await readJsonFile(path);
  if (existing === undefined) return emptyTopology();
  const parsed = Topology.safeParse(migrate(existing));
  if (parsed.success) return parsed.data;
  throw new VStackError('corrupt', `${path} does not say which nodes belong to the cluster. Bring back the original, or remove it to number the nodes anew.`);
};

/** Adds the next node; the caller saves the topology. */
export const growTopology = (topology: Topology): TopologyNode => {
  const number = topology.nextNumber;
  const node = { nodeId: `node-${number}`, number, port: 0, linkPort: 0 };
  topology.nextNumber += 1;
  topology.nodes.push(node);
  return node;
};

/**
 * Grows the topology to the number of nodes asked for. Asking for the same number as last time changes nothing, so that nodes that were added
 * or removed meanwhile stay so; asking for fewer takes none away, because they hold data: that is what removing a node is for.
 */
export const fitTopology = (topology: Topology, nodeCount: number): void => {
  if (nodeCount !== topology.nodeCountAsked || topology.nodes.length === 0) {
    while (topology.nodes.length < nodeCount) growTopology(topology);
  }
  topology.nodeCountAsked = nodeCount;
};
