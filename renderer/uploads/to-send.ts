/** What this page can upload: a file in its hands, or a path that the host can read for itself. */
import type { Upload } from '../../runtime/contract/control/uploads.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import type { Bridge, SendFileOptions } from '../bridge/bridge.ts';

export interface ToSend {
  title: string;
  filename: string;
  /** Null where only the host can tell. */
  sizeBytes: number | null;
  send(bridge: Pick<Bridge, 'call' | 'sendFile'>, options: Pick<SendFileOptions, 'onSent'> & { signal: AbortSignal }): Promise<{ sessionId: string }>;
}

/** An upload as the list shows it. */
export interface Listed extends Upload {
  /** It waits for others to end. */
  isQueued?: boolean;
}

const FINISHED: ReadonlySet<Upload['phase']> = new Set(['completed', 'failed', 'cancelled']);
export const isFinished = ({ phase }: Pick<Upload, 'phase'>): boolean => FINISHED.has(phase);

/** Page and host read the same clock, but not in the same millisecond. */
const TWIN_SLACK_MS = 1_000;

/**
 * The host opens a session when the first bytes arrive, but its number is known here only once it has accepted the file. Until then, and when
 * it refuses the file, this page's own row tells more (the rate, a way to cancel, another try), so the session stays out of the list. Sessions
 * that this page knows by their number are nobody's twin.
 */
export const isTwin = (session: Upload, own: Upload): boolean =>
  session.filename === own.filename && session.startedAtMs >= own.startedAtMs - TWIN_SLACK_MS && (session.phase === own.phase || (!isFinished(session) && !isFinished(own)));

const titleOf = (filename: string): string => filename.replace(/\.[^.]+$/, '') || filename;

export const fileToSend = (file: File): ToSend => {
  const title = titleOf(file.name);
  return { title, filename: file.name, sizeBytes: file.size, send: (bridge, options) => bridge.sendFile(file, { title, ...options }) };
};

export const pathToSend = (path: string): ToSend => {
  const filename = path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
  const title = titleOf(filename);
  return { title, filename, sizeBytes: null, send: (bridge, { signal }) => bridge.call('uploads:start', { path, title }, { signal }) };
};

/** Why a file need not even be sent; undefined where the host has to look into it. */
export const refusalOf = ({ filename, sizeBytes }: ToSend): VStackError | undefined =>
  sizeBytes === 0 ? new VStackError('empty_body', `"${filename}" is empty: a video was expected, 0 bytes came. If it is a folder, drop the videos in it; if it is still being written, wait for its end.`) : undefined;
