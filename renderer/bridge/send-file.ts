/** A browser's file to `POST /upload` at the web door, streamed from disk. XMLHttpRequest, because fetch does not tell how much has been sent. */
import { fromErrorBody, VStackError } from '../../runtime/contract/errors.ts';
import type { SendFileOptions } from './bridge.ts';

export const UPLOAD_PATH = '/upload';

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy or a dying server may answer in plain text; the caller then gets the status alone.
    return undefined;
  }
};

/**
 * The title goes before the file, so that the receiver knows it when the bytes begin.
 * @throws VStackError of the host; `cancelled`; `unavailable` when the connection breaks
 */
export const sendFileOverHttp = (file: File, token: string, options: SendFileOptions = {}): Promise<{ sessionId: string }> =>
  new Promise((resolve, reject) => {
    const { title, signal, onSent } = options;
    const request = new XMLHttpRequest();
    const form = new FormData();
    if (title) form.append('title', title);
    form.append('video', file, file.name);
    const cancelled = (): void => reject(new VStackError('cancelled', `The upload of "${file.name}" was cancelled.`));

    request.open('POST', UPLOAD_PATH);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded }) => onSent?.(Math.min(loaded, file.size));
    request.onerror = () => reject(new VStackError('unavailable', `"${file.name}" could not be sent: the connection broke. Check that the host is running and try again.`));
    request.onabort = cancelled;
    request.onload = () => {
      const body = parseJson(request.responseText);
      if (request.status >= 400) return reject(fromErrorBody(body, `The host answered ${request.status} to "${file.name}".`));
      const sessionId = (body as { upload_session_id?: unknown } | undefined)?.upload_session_id;
      if (typeof sessionId === 'string') resolve({ sessionId });
      else reject(new VStackError('internal', `The host took "${file.name}" but named no upload session.`));
    };
    if (signal?.aborted) return cancelled();
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
