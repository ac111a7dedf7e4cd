/** The page's one way to the host, whatever carries it: a WebSocket in the browser door, IPC in Electron. */
import type { ControlClient } from '../../runtime/contract/control/index.ts';

export type ConnectionPhase =
  /** The first connection is being made. */
  | 'connecting'
  | 'open'
  /** It was open, or could not be opened; another try follows by itself. */
  | 'lost'
  /** The host does not accept this page's token; only another address helps. */
  | 'refused';

export interface ConnectionState {
  phase: ConnectionPhase;
  /** Unix milliseconds of the next try, while one is planned. */
  retryAtMs: number | null;
  /** Tries since the connection was last open. */
  attemptCount: number;
}

export interface SendFileOptions {
  title?: string;
  signal?: AbortSignal;
  /** Bytes that have left this page. */
  onSent?: (sentBytes: number) => void;
}

export interface Bridge extends ControlClient {
  readonly state: ConnectionState;
  /** Calls back on every change of the state until the returned function is called. */
  onState(callback: (state: ConnectionState) => void): () => void;
  /** Tries to connect at once instead of at the planned time. */
  retryNow(): void;
  /**
   * Hands a file to the host and resolves with the upload's session once it is accepted; `uploads:changed` tells the rest.
   * @throws VStackError of the host, `cancelled` when the signal aborts
   */
  sendFile(file: File, options?: SendFileOptions): Promise<{ sessionId: string }>;
  close(): void;
}

let current: Bridge | undefined;

/** Set once at the start, before any store is used; tests set one per test. */
export const provideBridge = (bridge: Bridge): void => {
  current = bridge;
};

/** For stores only: components talk to stores. */
export const useBridge = (): Bridge => {
  if (!current) throw new Error('No bridge was provided before the first store was used.');
  return current;
};
