import { VStackError } from '../contract/errors.ts';

/** Whoever asks for a node that is not there most likely wants one that is. */
export const noNode = (nodeId: string, known: readonly string[]): VStackError =>
  new VStackError('not_found', `There is no node "${nodeId}" in the cluster; known: ${known.join(', ') || 'none'}.`);
