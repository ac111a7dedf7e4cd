import { VStackError } from '../../contract/errors.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { MetadataClient } from './metadata-client.ts';
import type { SessionRecord, SessionStore } from './session-store.ts';

/** One try; whoever cancelled the upload is waiting for it. */
const TRY_MS_MAX = 5 * SECOND_MS;

export interface DeleteContext {
  metadata: Pick<MetadataClient, 'deleteVideo'>;
  store: Pick<SessionStore, 'save'>;
  clock: Clock;
  log: Logger;
}

/** Deletes the video of an upload that did not complete. What cannot be reached now stays due, to be tried again later. */
export const deleteVideo = async ({ metadata, store, clock, log }: DeleteContext, record: SessionRecord): Promise<void> => {
  if (!record.isDeletionDue || record.videoId === null) return;
  const stopper = new AbortController();
  const cancel = clock.after(TRY_MS_MAX, () => stopper.abort(new VStackError('timeout', `The metadata service did not answer within ${TRY_MS_MAX} ms.`)));
  try {
    await metadata.deleteVideo(record.videoId, stopper.signal);
    record.isDeletionDue = false;
    await store.save(record);
  } catch (error) {
    log.warn({ err: error, video: record.videoId }, 'the video of an ended upload could not be deleted yet');
  } finally {
    cancel();
  }
};
