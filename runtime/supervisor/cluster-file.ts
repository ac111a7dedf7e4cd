/** Keeps `cluster.json` true for as long as this host lives. */
import { CLUSTER_FILE_VERSION, type ClusterFile } from '../contract/cluster-file.ts';
import type { ChildStatus, ClusterStatus } from '../contract/control/cluster.ts';
import { removePath } from '../platform/files.ts';
import { createSavedValue } from './saved-value.ts';

export interface Doors {
  /** The page, with its token in the fragment. */
  webUrl: string | null;
  /** The control socket. */
  controlUrl: string | null;
}

/** The children of a cluster that is down are still told of; what they listened on is not. */
const DOWN: ReadonlySet<ClusterStatus['phase']> = new Set<ClusterStatus['phase']>(['stopping', 'stopped', 'failed']);

export interface ClusterFileWriter {
  /** The file as it stands, or will stand in a moment. */
  value(): ClusterFile;
  setDoors(doors: Partial<Doors>): void;
  /** Something in the status changed. */
  update(): void;
  settled(): Promise<void>;
  /** Takes the file away; nothing is written after it. */
  remove(): Promise<void>;
}

export const createClusterFile = (
  path: string,
  facts: { secret: string; hostPid: number; status(): ClusterStatus },
  onError: (error: unknown) => void,
): ClusterFileWriter => {
  const doors: Doors = { webUrl: null, controlUrl: null };
  let isRemoved = false;

  const value = (): ClusterFile => {
    const { phase, children, metadataUrl, uploaderUrl } = facts.status();
    const linksUrl = children.find(({ role }) => role === 'link-emulator')?.url ?? null;
    const pidOf = (role: ChildStatus['role']): number | null => children.find((child) => child.role === role)?.pid ?? null;
    return {
      version: CLUSTER_FILE_VERSION,
      metadata_url: metadataUrl,
      uploader_url: uploaderUrl,
      links_url: DOWN.has(phase) ? null : linksUrl,
      web_url: doors.webUrl,
      control_url: doors.controlUrl,
      secret: facts.secret,
      pid: facts.hostPid,
      metadata_pid: pidOf('metadata'),
      uploader_pid: pidOf('uploader'),
      links_pid: pidOf('link-emulator'),
      nodes: children.filter(({ role }) => role === 'storage-node').map(nodeOf),
    };
  };
  const saved = createSavedValue(path, value, onError);
  const update = (): void => {
    if (!isRemoved) saved.save();
  };

  return {
    value,
    setDoors(changed) {
      Object.assign(doors, changed);
      update();
    },
    update,
    settled: () => saved.settled(),
    async remove() {
      isRemoved = true;
      // A write that failed was told already; what matters now is that none is under way.
      await saved.settled().catch(() => {});
      await removePath(path);
    },
  };
};

const nodeOf = ({ name, url, directUrl, pid, dataDir }: ChildStatus): ClusterFile['nodes'][number] => ({
  node_id: name,
  url,
  direct_url: directUrl,
  pid,
  data_dir: dataDir,
});
