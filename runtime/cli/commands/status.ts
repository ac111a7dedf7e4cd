/** `vstack status` and `vstack nodes`: what runs, and what a person can do to a node. */
import type { RemoteControl } from '../../client/control/websocket-client.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { childrenTable, statusLines } from './cluster-text.ts';

/** Runs `work` with a connection to the running host. */
export const attached = async (context: CliContext, work: (client: RemoteControl) => CommandResult): CommandResult => {
  const client = await context.attach();
  try {
    return await work(client);
  } finally {
    client.close();
  }
};

export const runStatus = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const [status, { hostPid }] = await Promise.all([client.call('cluster:status', {}), client.call('system:info', {})]);
    context.output.result({ ...status, hostPid }, statusLines(status, hostPid, context.output.paint));
    return status.phase === 'stopped' || status.phase === 'failed' ? exitCode.notRunning : exitCode.ok;
  });

export const runNodes = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { children } = await client.call('cluster:status', {});
    const nodes = children.filter(({ role }) => role === 'storage-node');
    const lines = nodes.length > 0 ? childrenTable(nodes, context.output.paint) : ['There are no nodes: the cluster has not been launched.'];
    context.output.result({ nodes }, lines);
  });

export const nodeActions = ['stop', 'start', 'restart', 'kill', 'pause', 'resume'] as const;
export type NodeAction = (typeof nodeActions)[number];

const DONE: Record<NodeAction, string> = {
  stop: 'is stopped', start: 'is started', restart: 'is restarted', kill: 'was killed; the supervisor restarts it', pause: 'is paused', resume: 'goes on',
};

export const runNodeAction = (action: NodeAction, nodeId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    await client.call(`nodes:${action}`, { nodeId }, { signal: context.signal });
    context.output.result({ nodeId, action }, [`${nodeId} ${DONE[action]}.`]);
  });

export const runNodeAdd = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { nodeId } = await client.call('nodes:add', {}, { signal: context.signal });
    context.output.result({ nodeId }, [`${nodeId} is added.`]);
  });

export const runNodeRemove = (nodeId: string, deleteData: boolean, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    await client.call('nodes:remove', { nodeId, deleteData }, { signal: context.signal });
    context.output.result({ nodeId, deleteData }, [`${nodeId} is removed${deleteData ? ' with its data' : '; its data stays where it was'}.`]);
  });

export const runDown = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { children } = await client.call('cluster:stop', {});
    await client.call('system:shutdown', {});
    // The socket closes when the host has done everything else.
    await client.closed;
    context.output.result({ stopped: children.map(({ name }) => name) }, [`Stopped ${children.length > 0 ? `${children.length} processes and ` : ''}the host.`]);
  });
