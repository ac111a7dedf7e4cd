/** The page's one way to the host, whatever carries it: a WebSocket in the browser door, IPC in Electron. */
import type { ControlClient } from '../../runtime/contract/control/index.ts';
import type { MenuCommand } from '../../runtime/contract/native.ts';

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

/** What only the desktop program can do. Paths are absolute. */
export interface NativeBridge {
  /** The videos a person picks in the system's dialog; none when it is closed without a choice. */
  chooseFiles(): Promise<string[]>;
  /** `startPath` is where the dialog opens. Null when it is closed without a choice. */
  chooseFolder(startPath?: string): Promise<string | null>;
  /** Where to save a file of this name; null when the dialog is closed without a choice. */
  chooseSavePath(suggestedName: string): Promise<string | null>;
  /** Shows a file in the file manager. */
  showInFolder(path: string): Promise<void>;
  /** Calls back for each choice in the menu until the returned function is called. */
  onMenuCommand(callback: (command: MenuCommand) => void): () => void;
}

export interface Bridge extends ControlClient {
  /** Missing in a browser, which has dialogs of its own. */
  readonly native?: NativeBridge;
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
