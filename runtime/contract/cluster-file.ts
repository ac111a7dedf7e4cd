/**
 * `cluster.json` in the data folder, mode 0600: how another door (CLI, browser, a second window) finds the host that runs here, and how a
 * script finds the services. It is replaced in one step whenever something in it changes, and removed when the host ends in order; after a
 * crash of the host it stays behind, so a reader checks that the host's lock is held before it believes it.
 */
import { z } from 'zod';
import { NodeId } from './ids.ts';

export const CLUSTER_FILE = 'cluster.json';
export const CLUSTER_FILE_VERSION = 1;

const Url = z.string().nullable();
const Pid = z.number().int().positive().nullable();

export const ClusterFileNode = z.object({
  node_id: NodeId,
  /** Where clients reach it: its link. Null until it was ready for the first time. */
  url: Url,
  /** Where the node itself listens. */
  direct_url: Url,
  /** Null while it is not running. */
  pid: Pid,
  data_dir: z.string(),
});

export const ClusterFile = z.object({
  version: z.literal(CLUSTER_FILE_VERSION),
  /** Null while no cluster is launched; the same holds for the uploader and the link emulator. */
  metadata_url: Url,
  uploader_url: Url,
  /** The HTTP API of the link emulator; a file of an older version names none. */
  links_url: Url.default(null),
  /** The page, if this host serves one, without its token: that stands in `web-token.json` (0600) beside this file. */
  web_url: Url,
  /** The control socket of the host. */
  control_url: Url,
  /** The cluster secret: bearer token of every service. */
  secret: z.string(),
  /** Of the host. */
  pid: z.number().int().positive(),
  /** Null while it is not running; the same holds for the uploader and the link emulator. */
  metadata_pid: Pid,
  uploader_pid: Pid,
  links_pid: Pid.default(null),
  nodes: z.array(ClusterFileNode),
});
export type ClusterFile = z.infer<typeof ClusterFile>;
