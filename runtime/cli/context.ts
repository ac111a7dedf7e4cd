/** What every command is given. */
import type { RemoteControl } from '../client/control/websocket-client.ts';
import type { ClusterFile } from '../contract/cluster-file.ts';
import type { ControlClient } from '../contract/control/index.ts';
import type { Output } from './terminal/output.ts';

/** A host that runs in this very process, with its web door. */
export interface OwnHost {
  client: ControlClient;
  /** Opens the page signed in. */
  signInUrl: string;
  /** What `cluster.json` says. */
  clusterFile(): ClusterFile;
  /** Resolves when somebody else asked the host to end. */
  closed: Promise<void>;
  close(): Promise<void>;
}

export interface CliContext {
  dataDir: string;
  output: Output;
  /** Aborts on the first Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Connects to the host that runs in the data folder. @throws VStackError not_running with advice */
  attach(): Promise<RemoteControl>;
  /** Starts a host here. @throws VStackError already_running when the data folder has one */
  startHost(options: { door: 'cli' | 'web'; port: number }): Promise<OwnHost>;
  /** The running host's `cluster.json`. @throws VStackError not_running */
  readClusterFile(): Promise<ClusterFile>;
  /** The address of the running host's page, signed in. @throws VStackError not_supported when it serves none */
  signInUrl(): Promise<string>;
  openInBrowser(url: string): Promise<boolean>;
}

/** Ends a command with a code of its own, after it has said everything. */
export type CommandResult = Promise<number | void>;
