/** Every node keeps one colour and one number everywhere: tables, the player's timeline, logs. */
import type { NodeId } from '../../runtime/contract/ids.ts';

export const NODE_COLOUR_COUNT = 8;

/** The number a node is known by: the digits its id ends with, else a stable number made from its letters. */
export const nodeNumberOf = (nodeId: NodeId): number => {
  const digits = /(\d+)$/.exec(nodeId)?.[1];
  if (digits !== undefined) return Number(digits);
  let sum = 0;
  for (const letter of nodeId) sum = (sum * 31 + letter.codePointAt(0)!) % 97;
  return sum + 1;
};

/** A CSS value. Colours repeat after eight nodes; the number beside them does not. */
export const nodeColourOf = (nodeId: NodeId): string => {
  const index = (((nodeNumberOf(nodeId) - 1) % NODE_COLOUR_COUNT) + NODE_COLOUR_COUNT) % NODE_COLOUR_COUNT;
  return `var(--n${index + 1})`;
};
