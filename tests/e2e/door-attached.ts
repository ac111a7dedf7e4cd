/** A scripted host in the place of a real one: it holds a data folder's lock and stands in cluster.json, so that a program attaches to it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTER_FILE, CLUSTER_FILE_VERSION, type ClusterFile } from '../../runtime/contract/cluster-file.ts';
import { tryFileLock } from '../../runtime/platform/file-lock.ts';
import { SCRIPTED_TOKEN, type ScriptedDoor } from '../fixtures/scripted-door/door.ts';

/** Returns what lets go of the folder again. */
export const holdDataFolder = (dataDir: string, { url }: ScriptedDoor): (() => void) => {
  mkdirSync(dataDir, { recursive: true });
  const lock = tryFileLock(join(dataDir, 'host.lock'));
  if (!lock) throw new Error(`A host runs in ${dataDir} already.`);
  const file: ClusterFile = {
    version: CLUSTER_FILE_VERSION, metadata_url: null, uploader_url: null, links_url: null, web_url: null, control_url: `${url.replace('http', 'ws')}/control`,
    secret: SCRIPTED_TOKEN, pid: process.pid, metadata_pid: null, uploader_pid: null, links_pid: null, nodes: [],
  };
  writeFileSync(join(dataDir, CLUSTER_FILE), JSON.stringify(file), { mode: 0o600 });
  return () => lock.release();
};
