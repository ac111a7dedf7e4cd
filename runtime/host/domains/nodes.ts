/** Single storage nodes. */
import type { Handlers } from '../dispatcher.ts';
import type { Supervisor } from '../../supervisor/api.ts';

export const nodeHandlers = (supervisor: Supervisor) => {
  const act =
    (action: 'stop' | 'start' | 'restart' | 'kill' | 'pause' | 'resume') =>
    async ({ nodeId }: { nodeId: string }): Promise<Record<string, never>> => {
      await supervisor.node(nodeId)[action]();
      return {};
    };
  return {
    'nodes:add': async () => ({ nodeId: await supervisor.addNode() }),
    'nodes:remove': async ({ nodeId, deleteData }) => {
      await supervisor.removeNode(nodeId, { deleteData });
      return {};
    },
    'nodes:stop': act('stop'),
    'nodes:start': act('start'),
    'nodes:restart': act('restart'),
    'nodes:kill': act('kill'),
    'nodes:pause': act('pause'),
    'nodes:resume': act('resume'),
  } satisfies Partial<Handlers>;
};
