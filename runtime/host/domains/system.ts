/** The program itself. */
import type { ClusterStatus } from '../../contract/control/cluster.ts';
import type { SystemInfo } from '../../contract/control/system.ts';
import { VStackError } from '../../contract/errors.ts';
import type { DataFolderChoice } from '../../platform/data-dir.ts';
import { noNode } from '../../supervisor/no-node.ts';
import type { Handlers } from '../dispatcher.ts';
import { runDoctor, type DoctorOptions } from '../doctor.ts';

export interface SystemOptions {
  info(): Promise<SystemInfo>;
  doctorOptions(): DoctorOptions;
  diagnostics(): Promise<string>;
  /** @throws VStackError not_found */
  nodeFolder(nodeId: string): string;
  dataFolder: DataFolderChoice;
  /** Resolves with whether something opened it. */
  openFolder(path: string): Promise<boolean>;
  /** Begins to close the host; returns at once. */
  shutDown(): void;
}

/** @throws VStackError not_found */
export const nodeFolderOf = ({ children }: ClusterStatus, nodeId: string): string => {
  const nodes = children.filter(({ role }) => role === 'storage-node');
  const node = nodes.find(({ name }) => name === nodeId);
  if (!node) throw noNode(nodeId, nodes.map(({ name }) => name));
  return node.dataDir;
};

export const systemHandlers = ({ info, doctorOptions, diagnostics, nodeFolder, dataFolder, openFolder, shutDown }: SystemOptions) =>
  ({
    'system:info': info,
    'system:doctor': async () => ({ diagnoses: await runDoctor(doctorOptions()) }),
    'system:diagnostics': async () => ({ text: await diagnostics() }),
    'system:open-folder': async ({ folder, nodeId }) => {
      if (folder === 'node' && nodeId === undefined) throw new VStackError('bad_request', 'Name the node whose folder is to be opened, in "nodeId".');
      const path = folder === 'node' ? nodeFolder(nodeId!) : (await info()).paths[folder];
      return { path, opened: await openFolder(path) };
    },
    'system:set-data-folder': ({ path }) => ({ path: dataFolder.set(path) }),
    'system:shutdown': () => {
      shutDown();
      return {};
    },
  }) satisfies Partial<Handlers>;
