/** Uploads: started at the uploader, watched by the upload watch. */
import { VStackError } from '../../contract/errors.ts';
import { UploadAccepted, UploadStatus } from '../../contract/wire/uploader.ts';
import { fileFacts, isAbsolutePath } from '../../platform/files.ts';
import type { Upload } from '../../contract/control/uploads.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';
import { toUpload, type UploadWatch } from '../upload-watch.ts';

export const SAMPLE_TITLE = 'V-Stack sample';

/** Looking into a large file to see that it is a video takes longer than an ordinary answer. */
const ACCEPT_MS_MAX = 60_000;

/** Cancelling ends the instances that are under way, one consensus round each. */
const CANCEL_MS_MAX = 30_000;

export const uploadHandlers = (services: Services, watch: UploadWatch, samplePath: string | undefined) => {
  const start = async (path: string, title: string | undefined, signal: AbortSignal): Promise<Upload> => {
    if (!isAbsolutePath(path)) throw new VStackError('bad_request', `Expected an absolute path, since host and caller may stand in different folders; "${path}" is relative.`);
    const json = { path, ...(title && { title }) };
    const accepted = await services.uploader('/upload', { method: 'POST', json, signal, timeoutMs: ACCEPT_MS_MAX }, UploadAccepted);
    watch.kick();
    return toUpload(await services.uploader(accepted.status_url, { signal }, UploadStatus));
  };

  return {
    'uploads:list': async () => ({ uploads: await watch.list() }),
    'uploads:start': ({ path, title }, { signal }) => start(path, title, signal),
    'uploads:sample': async ({ title }, { signal }) => {
      if (samplePath === undefined || !(await fileFacts(samplePath))) {
        throw new VStackError('not_found', 'The sample video is not where it should be (resources/sample.mp4). Upload a video of your own.');
      }
      return start(samplePath, title || SAMPLE_TITLE, signal);
    },
    'uploads:cancel': async ({ sessionId }, { signal }) => {
      await services.uploader(`/upload/${sessionId}`, { method: 'DELETE', signal, timeoutMs: CANCEL_MS_MAX });
      watch.kick();
      return {};
    },
  } satisfies Partial<Handlers>;
};
