/** A way out of a port conflict: another base from which every port that the launch wants is free, tried a moment ago. */
import { planPorts } from '../core/supervision/port-plan.ts';
import type { PortTools } from './context.ts';

/** Far enough apart that two clusters with neighbouring bases have room to grow. */
const STEP = 100;
/** Each try binds a handful of ports; beyond this the machine has another problem. */
const TRIES_MAX = 50;
const PORT_BASE_MIN = 1_024;
const PORT_BASE_MAX = 65_000;

/** What a launch from this base listens on. */
export const wantedPorts = (portBase: number, nodes: readonly { nodeId: string; number: number }[]): { port: number; purpose: string }[] => {
  const plan = planPorts(portBase);
  return [
    { port: plan.metadata, purpose: 'the metadata service' },
    ...nodes.map(({ nodeId, number }) => ({ port: plan.link(number), purpose: `the link of ${nodeId}` })),
    { port: plan.uploader, purpose: 'the uploader' },
  ];
};

/** Undefined when none was found; then the system can still choose (base 0). */
export const suggestPortBase = async (taken: number, nodes: readonly { nodeId: string; number: number }[], ports: Pick<PortTools, 'isFree'>): Promise<number | undefined> => {
  const span = PORT_BASE_MAX - PORT_BASE_MIN;
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    // Upwards from the wish, and from the bottom again where that ends.
    const base = PORT_BASE_MIN + ((taken - PORT_BASE_MIN + attempt * STEP + span) % span);
    const free = await Promise.all(wantedPorts(base, nodes).map(({ port }) => ports.isFree(port)));
    if (free.every(Boolean)) return base;
  }
  return undefined;
};
