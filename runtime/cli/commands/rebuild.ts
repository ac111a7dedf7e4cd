/** `vstack metadata rebuild`: through the running host, or through one of its own where a damaged database keeps the cluster from starting. */
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import { assertClusterExists } from '../../host/attach.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatCount } from '../terminal/format.ts';

const rebuild = async (client: ControlClient, { output, signal }: CliContext): Promise<void> => {
  output.status('Reading the nodes…');
  const result = await client.call('metadata:rebuild', {}, { signal });
  const { videos, chunks, provisional } = result;
  output.result(result, [
    `Restored ${formatCount(videos, 'video')} and ${formatCount(chunks, 'chunk')} from the nodes. The old database was kept aside.`,
    ...(provisional ? [output.paint('warn', 'Not every node has answered: what only they know follows when they run again.')] : []),
  ]);
};

export const runRebuild = async (context: CliContext): CommandResult => {
  let client;
  try {
    client = await context.attach();
  } catch (error) {
    if (!(error instanceof VStackError && error.code === 'not_running')) throw error;
    // A host of our own would make keys and a cluster where there is none.
    await assertClusterExists(context.dataDir);
    const host = await context.startHost({ door: 'cli', port: 0 });
    try {
      return await rebuild(host.client, context);
    } finally {
      await host.close();
    }
  }
  try {
    await rebuild(client, context);
  } finally {
    client.close();
  }
};
