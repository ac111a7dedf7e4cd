/**
 * Logs: one JSON object a line, by pino, in files that rotate. Every line names its component and node; a request's lines carry its id.
 * Secrets are cut out by key name before a line is written, whoever logs them.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import pino, { type Logger } from 'pino';
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './permissions.ts';

export type { Logger };

export interface LogOptions {
  component: string;
  node?: string;
  /** Lines go to this file; without one they go nowhere but to `onLine`. */
  file?: string;
  /** A file is rotated past this size. @default 8 MiB */
  fileBytesMax?: number;
  /** Rotated files kept, `.1` being the youngest. @default 3 */
  filesKept?: number;
  level?: 'debug' | 'info' | 'warn' | 'error';
  /** Sees each line as it is written, without its newline. */
  onLine?: (line: string) => void;
}

const SECRET_KEYS = ['secret', 'clusterSecret', 'cluster_secret', 'grantKey', 'urlKey', 'storeRootKey', 'nodeKey', 'token', 'authorization'];

/** Appends synchronously: a line that was logged before a crash is in the file after it. */
const rotatingFile = (path: string, bytesMax: number, kept: number) => {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER_MODE });
  const open = (): number => openSync(path, 'a', PRIVATE_FILE_MODE);
  let descriptor = open();
  let sizeBytes = statSync(path).size;

  const rotate = (): void => {
    closeSync(descriptor);
    rmSync(`${path}.${kept}`, { force: true });
    for (let age = kept - 1; age >= 1; age--) {
      try {
        renameSync(`${path}.${age}`, `${path}.${age + 1}`);
      } catch {
        // There are not that many rotated files yet.
      }
    }
    renameSync(path, `${path}.1`);
    descriptor = open();
    sizeBytes = 0;
  };

  return (line: string): void => {
    const bytes = Buffer.byteLength(line);
    if (sizeBytes > 0 && sizeBytes + bytes > bytesMax) rotate();
    writeSync(descriptor, line);
    sizeBytes += bytes;
  };
};

export const createLogger = (options: LogOptions): Logger => {
  const write = options.file === undefined ? undefined : rotatingFile(options.file, options.fileBytesMax ?? 8 * 1024 * 1024, options.filesKept ?? 3);
  return pino(
    {
      level: options.level ?? 'info',
      base: { component: options.component, ...(options.node !== undefined && { node: options.node }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    {
      write(line: string) {
        write?.(line);
        options.onLine?.(line.trimEnd());
      },
    },
  );
};

/** A logger that says nothing, for tests and for libraries that were given none. */
export const silentLogger = (): Logger => pino({ level: 'silent' });
