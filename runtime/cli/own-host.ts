/** A host in this process, with its web door, as `up` and `serve` run it. */
import { join } from 'node:path';
import { VStackError } from '../contract/errors.ts';
import { createHost, type Host } from '../host/host.ts';
import { readClusterFile } from '../host/attach.ts';
import { openWebDoor, signInUrlOf } from '../web/web-door.ts';
import { openWebToken } from '../web/web-token.ts';
import type { OwnHost } from './context.ts';
import type { ProgramLayout } from './program-layout.ts';

const tokenFileOf = (dataDir: string): string => join(dataDir, 'web-token.json');

const openDoor = async (host: Host, layout: ProgramLayout, port: number): Promise<string> => {
  const door = await openWebDoor({
    host: host.core,
    port,
    rendererDir: layout.rendererDir,
    tokenFile: tokenFileOf(host.dataDir),
    clusterSecret: host.clusterSecret,
    sessions: host.sessions,
    uploadTarget: host.uploadTarget,
  });
  await host.addDoor(door);
  return door.signInUrl;
};

/** A host opens within a moment; whoever no longer wants it waits so long for it, that it ends in order. */
const CANCEL_MS_MAX = 2_000;

/**
 * The host, or `cancelled` when `signal` aborts while its start hangs, as on a network disk that does not answer.
 * @throws VStackError cancelled, and what `starting` throws
 */
export const hostOrCancelled = (starting: Promise<OwnHost>, signal: AbortSignal, cancelMsMax = CANCEL_MS_MAX): Promise<OwnHost> =>
  new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const giveUp = (): void => {
      timer = setTimeout(() => reject(new VStackError('cancelled', 'The start was cancelled; nothing runs.')), cancelMsMax);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    starting.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
      clearTimeout(timer);
    });
  });

/** @throws VStackError already_running, port_in_use */
export const startOwnHost = async (dataDir: string, layout: ProgramLayout, { door, port }: { door: 'cli' | 'web'; port: number }): Promise<OwnHost> => {
  const { entries, projectRoot, samplePath } = layout;
  const host = await createHost({ dataDir, door, entries, projectRoot, samplePath });
  try {
    const signInUrl = await openDoor(host, layout, port);
    return { client: host.client, signInUrl, clusterFile: host.clusterFile, closed: host.closed, close: host.close };
  } catch (error) {
    await host.close();
    throw error;
  }
};

/** The page of the host that runs in the data folder, whoever runs it. @throws VStackError not_running, not_supported */
export const runningSignInUrl = async (dataDir: string): Promise<string> => {
  const { web_url: url, pid } = await readClusterFile(dataDir);
  if (url === null) throw new VStackError('not_supported', `The host of ${dataDir} (process ${pid}) serves no page. Use its window, or stop it and run \`vstack serve\`.`);
  return signInUrlOf(url, await openWebToken(tokenFileOf(dataDir)));
};
