/** The HTTP face of the uploader: runtime/contract/wire/uploader.ts. */
import { VStackError } from '../../contract/errors.ts';
import { SessionId, UploadPathRequest, type UploadAccepted, type UploaderHealth, type UploadsResponse } from '../../contract/wire/uploader.ts';
import { baseName, fileFacts, isAbsolutePath } from '../../platform/files.ts';
import { announcedBytes, parseInput } from '../../platform/http/body.ts';
import type { Call, Route } from '../../platform/http/server.ts';
import { assertRoom, receiveForm } from './receive.ts';
import type { SessionStore } from './session-store.ts';
import { identifySource } from './source.ts';
import type { Upload } from './upload.ts';
import type { Uploads } from './uploads.ts';

export interface RoutesOptions {
  uploads: Uploads;
  store: SessionStore;
  /** The folder that holds the spool. */
  dir: string;
  isStopping: () => boolean;
}

const titleOf = (filename: string): string => filename.replace(/\.[^.]{1,5}$/, '').trim() || 'Untitled';

const replyAccepted = (call: Call, { record }: Upload): void => {
  const body: UploadAccepted = {
    video_id: record.videoId!,
    upload_session_id: record.sessionId,
    title: record.title,
    status: record.status,
    message: 'The upload goes on by itself; its status tells how far it is.',
    status_url: `/upload/status/${record.sessionId}`,
  };
  call.reply(body);
};

export const uploaderRoutes = ({ uploads, store, dir, isStopping }: RoutesOptions): Route[] => {
  const sessionOf = ({ params }: Call): Upload => uploads.get(parseInput(SessionId, params.session));

  const uploadForm = async (call: Call): Promise<void> => {
    const bytesTotal = announcedBytes(call.request) ?? null;
    await assertRoom(dir, bytesTotal ?? 0);
    let upload: Upload | undefined;
    try {
      const { title } = await receiveForm(call, {
        async spoolPath(filename) {
          upload = await uploads.begin({ title: titleOf(filename), filename, bytesTotal });
          return store.spoolPath(upload.record.sessionId);
        },
        signal: () => upload!.signal,
        onProgress: (receivedBytes) => upload!.countReceived(receivedBytes),
      });
      if (title) upload!.rename(title);
    } catch (error) {
      await upload?.fail(error);
      throw error;
    }
    await uploads.accept(upload!, await identifySource(store.spoolPath(upload!.record.sessionId), true));
    replyAccepted(call, upload!);
  };

  const uploadPath = async (call: Call): Promise<void> => {
    const { path, title } = await call.json(UploadPathRequest);
    if (!isAbsolutePath(path)) throw new VStackError('bad_request', `"path": expected an absolute path on this machine; "${path}" is relative.`);
    const facts = await fileFacts(path);
    if (!facts) throw new VStackError('not_found', `There is no file ${path} on this machine.`);
    const source = await identifySource(path, false);
    const filename = baseName(path);
    const upload = await uploads.begin({ title: title ?? titleOf(filename), filename, bytesTotal: source.sizeBytes });
    await uploads.accept(upload, source);
    replyAccepted(call, upload);
  };

  return [
    {
      method: 'GET',
      path: '/health',
      handle(call) {
        const body: UploaderHealth = { status: isStopping() ? 'stopping' : 'healthy', service: 'uploader', active_uploads: uploads.activeCount() };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/upload',
      async handle(call) {
        const contentType = call.request.headers['content-type'] ?? '';
        if (/^multipart\/form-data\b/i.test(contentType)) return uploadForm(call);
        if (/^application\/json\b/i.test(contentType)) return uploadPath(call);
        throw new VStackError('bad_request', `Expected multipart/form-data with a part "video", or JSON {"path": …}; the Content-Type is "${contentType}".`);
      },
    },
    { method: 'GET', path: '/upload/status/:session', handle: (call) => call.reply(sessionOf(call).status()) },
    {
      method: 'GET',
      path: '/uploads',
      handle(call) {
        const body: UploadsResponse = { uploads: uploads.list().map((upload) => upload.status()) };
        call.reply(body);
      },
    },
    {
      method: 'DELETE',
      path: '/upload/:session',
      async handle(call) {
        const upload = await uploads.cancel(sessionOf(call).record.sessionId);
        call.reply(upload.status());
      },
    },
  ];
};
