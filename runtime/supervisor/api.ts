/** What the supervisor offers to the host, and what it is given. */
import type { ChildRole } from '../contract/child.ts';
import type { ClusterFile } from '../contract/cluster-file.ts';
import type { ClusterStatus, LaunchStep } from '../contract/control/cluster.ts';
import type { LinkCounters, LinkSettings } from '../contract/link.ts';
import type { SupervisionPolicy } from '../core/supervision/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Starter } from '../platform/process/starter.ts';
import type { Random } from '../platform/random.ts';
import type { LaunchRequest } from './child-configs.ts';
import type { Doors } from './cluster-file.ts';
import type { PortTools } from './context.ts';
import type { DataPaths } from './data-paths.ts';
import type { ClusterKeys } from './keys.ts';
import type { Helper, HelperOrder } from './helper.ts';
import type { ProcessTable } from './ledger.ts';
import type { ChildBeat } from './supervised-child.ts';
import type { NodeControl } from './node-control.ts';

/** What happens, as it happens. */
export type SupervisorEvent =
  /** A phase of the cluster or of a child, or which children there are. */
  | { kind: 'changed' }
  /** A child is alive and tells what it does: each about once a second. */
  | { kind: 'beat'; name: string; beat: ChildBeat }
  /** People began, or ceased, to want this child to run. */
  | { kind: 'wanted'; name: string; isWanted: boolean }
  /** A step of a launch began or ended. */
  | { kind: 'step'; step: LaunchStep }
  /** Log lines of a child, JSON, as they stand in its log file. */
  | { kind: 'log'; name: string; lines: string[]; droppedCount: number }
  /** Which links there are, where, or how they are set. */
  | { kind: 'links' }
  /** An event that a child sent by its own name. */
  | { kind: 'child-event'; name: string; event: string; data: unknown };

export interface SupervisorOptions {
  /** Absolute path of the data folder; the caller holds its lock. */
  dataDir: string;
  /** Of this process, for cluster.json. */
  hostPid: number;
  /** The bundled program of each role, absolute paths. */
  entries: Readonly<Record<ChildRole, string>>;
  starter: Starter;
  onEvent?(event: SupervisorEvent): void;
  /** @default systemClock */
  clock?: Clock;
  /** Spreads restarts. @default systemRandom */
  random?: Random;
  /** @default silentLogger() */
  log?: Logger;
  /** Each field has its own default, see `defaultPolicy`. */
  policy?: Partial<SupervisionPolicy>;
  /** @default the real ports of this machine */
  ports?: PortTools;
  /** @default the real processes of this machine */
  processes?: ProcessTable;
}

/** Its log goes to a file of its name; its lines are told as those of any child. */
export type HelperWish = Pick<HelperOrder, 'name' | 'role' | 'config' | 'onEvent'>;

/** The links between clients and nodes, in the order of the nodes. */
export interface LinkControl {
  /** Whether the emulator serves; while it does not, clients reach no node. */
  isReady(): boolean;
  /** Empty while no cluster is launched. */
  list(): { nodeId: string; url: string | null; settings: LinkSettings }[];
  /** Sets the named links, all at once; an emulator that is down learns it when it is up again. @throws VStackError not_running, not_found */
  set(links: readonly { nodeId: string; settings: LinkSettings }[]): Promise<void>;
  /** @throws VStackError not_running, unavailable while the emulator does not serve */
  counters(): Promise<{ nodeId: string; counters: LinkCounters }[]>;
}

export interface Supervisor {
  readonly links: LinkControl;
  readonly keys: ClusterKeys;
  readonly paths: DataPaths;
  status(): ClusterStatus;
  /** cluster.json as it stands. */
  clusterFile(): ClusterFile;
  /**
   * Brings the cluster up: resolves when it serves, with cluster.json written. An abort, or a `stop` meanwhile, takes down what was started.
   * @throws VStackError already_running, port_in_use, no_quorum, cancelled, or what kept the metadata service, the link emulator or the uploader from starting
   */
  launch(request: LaunchRequest, signal?: AbortSignal): Promise<ClusterStatus>;
  /** Takes the cluster down, whatever it is doing, within 5 s; nothing running is fine. */
  stop(): Promise<void>;
  /** @throws VStackError not_found, not_running */
  node(nodeId: string): NodeControl;
  /** Resolves with the new node's id once it is ready. @throws VStackError not_running, conflict for too many, port_in_use, or the node's own failure */
  addNode(): Promise<string>;
  /** @throws VStackError not_found, not_running, conflict for the last one */
  removeNode(nodeId: string, options?: { deleteData?: boolean }): Promise<void>;
  /** Asks a child by name (`metadata`, `links`, `uploader`, a node id). @throws VStackError not_found, unavailable, timeout, or the child's answer */
  call(name: string, call: string, input?: unknown, options?: { timeoutMs?: number }): Promise<unknown>;
  /** Starts a process that belongs to no cluster and ends with the supervisor at the latest. @throws VStackError unavailable, timeout, or what kept it from starting */
  startHelper(order: HelperWish): Promise<Helper>;
  /** Names the host's own doors in cluster.json, which is written from then on. */
  setDoors(doors: Partial<Doors>): Promise<void>;
  /** Stops, takes cluster.json away, and settles everything on disk. The supervisor is of no use afterwards. */
  close(): Promise<void>;
}
