/**
 * Which ports a cluster has with a port base N, as V-Stack always had them: metadata N, nodes 1–3 at N+1 … N+3, the uploader N+4, further
 * nodes from N+10. A node's port is that of its link, where clients reach it; where the node itself listens is the system's choice.
 */
import { VStackError } from '../../contract/errors.ts';

const LINKS_IN_FIRST_ROW = 3;
const UPLOADER_OFFSET = 4;
const SECOND_ROW_OFFSET = 10;
const PORT_MAX = 65_535;

export interface PortPlan {
  metadata: number;
  uploader: number;
  /** Port of the link before the node with this number; the first node is number 1. */
  link(number: number): number;
}

/** @throws VStackError bad_request when the base, or the port of a link, is no port; base 0 lets the system choose everything */
export const planPorts = (portBase: number): PortPlan => {
  const at = (offset: number): number => {
    const port = portBase + offset;
    if (Number.isInteger(port) && port > 0 && port <= PORT_MAX) return port;
    throw new VStackError('bad_request', `A port base leaves room up to ${PORT_MAX} for every process; ${portBase} + ${offset} does not. Choose a lower one.`);
  };
  if (portBase === 0) return { metadata: 0, uploader: 0, link: () => 0 };
  return {
    metadata: at(0),
    uploader: at(UPLOADER_OFFSET),
    link: (number) => at(number <= LINKS_IN_FIRST_ROW ? number : SECOND_ROW_OFFSET + number - LINKS_IN_FIRST_ROW - 1),
  };
};
