/** The video that is compared on: the one that is named, or the sample, which is put into the cluster if it is not there. */
import type { ControlClient } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import { SAMPLE_TITLE } from '../domains/uploads.ts';

const LOOK_MS = 250;
const ENDED = new Set(['failed', 'cancelled']);

export interface VideoParts {
  client: Pick<ControlClient, 'call'>;
  clock: Clock;
}

/** Waits until it is stored with all its replicas: a chunk that gets another holder meanwhile would be another condition. */
const uploadSample = async ({ client, clock }: VideoParts, signal: AbortSignal): Promise<string> => {
  const { sessionId } = await client.call('uploads:sample', {}, { signal });
  for (;;) {
    await sleep(clock, LOOK_MS, signal);
    const upload = (await client.call('uploads:list', {}, { signal })).uploads.find((one) => one.sessionId === sessionId);
    if (upload === undefined || ENDED.has(upload.phase)) throw new VStackError('unavailable', `The sample video could not be uploaded: ${upload?.error ?? 'the uploader knows nothing of it any more'}.`);
    if (upload.phase === 'completed' && !upload.degraded && upload.videoId !== null) return upload.videoId;
  }
};

/** @throws VStackError not_found, conflict for a video that is not whole, unavailable */
export const comparisonVideo = async (wished: string | undefined, parts: VideoParts, signal: AbortSignal): Promise<Manifest> => {
  const { client } = parts;
  const find = async (): Promise<string | undefined> => (await client.call('videos:list', { search: SAMPLE_TITLE, limit: 1 }, { signal })).videos[0]?.video_id;
  const videoId = wished ?? (await find()) ?? (await uploadSample(parts, signal));
  const manifest = await client.call('videos:manifest', { videoId }, { signal });
  if (manifest.chunks.length > 0 && manifest.complete) return manifest;
  throw new VStackError('conflict', `"${manifest.title}" is not complete; clients are compared on a video that is.`);
};
