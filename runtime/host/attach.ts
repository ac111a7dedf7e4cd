/** How a second door finds the host that runs in a data folder, and connects to it. */
import { connectControl, type RemoteControl } from '../client/control/websocket-client.ts';
import { CLUSTER_FILE, ClusterFile } from '../contract/cluster-file.ts';
import { VStackError } from '../contract/errors.ts';
import { sleep, systemClock } from '../platform/clock.ts';
import { fileFacts, joinPath, readJsonFile } from '../platform/files.ts';
import { dataPathsOf } from '../supervisor/data-paths.ts';

export type { RemoteControl };

const nobody = (dataDir: string): VStackError =>
  new VStackError('not_running', `No cluster runs in ${dataDir}. Start one with \`vstack up\`, or name another data folder with --data.`);

/** @throws VStackError not_running when there is no file, corrupt when it is none of ours */
export const readClusterFile = async (dataDir: string): Promise<ClusterFile> => {
  const path = joinPath(dataDir, CLUSTER_FILE);
  const content = await readJsonFile(path);
  if (content === undefined) throw nobody(dataDir);
  const parsed = ClusterFile.safeParse(content);
  if (!parsed.success) throw new VStackError('corrupt', `${path} is not of this program's version. Stop the cluster with the program that started it.`);
  return parsed.data;
};

/** @throws VStackError not_running when the data folder has never held a cluster */
export const assertClusterExists = async (dataDir: string): Promise<void> => {
  if (await fileFacts(dataPathsOf(dataDir).topologyFile)) return;
  throw new VStackError('not_running', `There is no cluster in ${dataDir}: nothing was ever launched there. Name the cluster's data folder with --data.`);
};

/** A host that has just taken its lock needs a moment until its socket is open. */
const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** @throws VStackError not_running: also when a crash left the file of a host that is gone */
export const attachToHost = async (dataDir: string): Promise<RemoteControl> => {
  const { control_url: url, secret } = await readClusterFile(dataDir);
  if (url === null) throw nobody(dataDir);
  try {
    return await connectControl(url, { token: secret });
  } catch (error) {
    // A stranger may have taken the port since; to it, our token is wrong.
    if (error instanceof VStackError && (error.code === 'unavailable' || error.code === 'unauthenticated')) throw nobody(dataDir);
    throw error;
  }
};

/** `attachToHost` for a door that found the lock taken: that host exists, even if it cannot be reached yet. */
export const attachToStartingHost = async (dataDir: string): Promise<RemoteControl> => {
  const untilMs = systemClock.nowMs() + PATIENCE_MS;
  for (;;) {
    try {
      return await attachToHost(dataDir);
    } catch (error) {
      if (!(error instanceof VStackError && error.code === 'not_running')) throw error;
      if (systemClock.nowMs() >= untilMs) {
        throw new VStackError('unavailable', `A host holds ${dataDir}, but its control socket does not answer. It may be closing: try again in a moment.`, { cause: error });
      }
      await sleep(systemClock, LOOK_AGAIN_MS);
    }
  }
};
