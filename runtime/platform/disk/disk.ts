/**
 * The way out to files. Every byte the storage node keeps goes through this interface, so that tests can cut the power, tear
 * writes and fail any call, and chaos can slow or break the disk of a running node.
 *
 * Paths are absolute, parts joined by `/`. Failures are Node's system errors: `code` is ENOENT, EEXIST, EIO, ENOSPC, …
 */
export interface Disk {
  /** Opens an existing file. */
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** Creates a file that must not exist yet (EEXIST otherwise), for reading and writing. Durable only after `syncDirectory`. */
  create(path: string): Promise<DiskFile>;
  /** Replaces `to` if it exists. Durable only after `syncDirectory` of the folder. */
  rename(from: string, to: string): Promise<void>;
  /** Removes the name; files already open stay readable. Durable only after `syncDirectory`. */
  unlink(path: string): Promise<void>;
  /** Creates the folder and its parents, durably; an existing folder is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Names of the files in a folder, sorted, without its sub-folders. */
  readDirectory(path: string): Promise<string[]>;
  /** Makes creations, renames and removals in this folder durable. */
  syncDirectory(path: string): Promise<void>;
  freeSpace(path: string): Promise<FreeSpace>;
}

export type OpenMode = 'read' | 'readWrite';

export interface FreeSpace {
  /** What an unprivileged process may still allocate. */
  freeBytes: number;
  totalBytes: number;
}

export interface DiskFile {
  readonly path: string;
  /**
   * Fills the buffers in order from `position`. Returns the bytes read, which is less than asked for only at the end of the file.
   */
  read(buffers: readonly Uint8Array[], position: number): Promise<number>;
  /**
   * Writes the buffers one after another at `position`, extending the file if needed. Returns the bytes written; fewer than
   * given means that the disk took no more, and the caller decides what that is worth. Not durable before `sync`.
   */
  write(buffers: readonly Uint8Array[], position: number): Promise<number>;
  /** fdatasync: resolves when everything written before the call is on stable storage. A failure may have lost any of it. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  sizeBytes(): Promise<number>;
  /** Closing twice is fine. */
  close(): Promise<void>;
}
