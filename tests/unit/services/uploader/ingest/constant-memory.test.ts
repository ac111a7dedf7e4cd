import { EncodedVideoPacketSource, Mp4OutputFormat, NullTarget, Output } from 'mediabunny';
import { expect, it } from 'vitest';
import { openReader } from '../../../../../runtime/platform/files.ts';
import { forgetDemuxed, forgetMuxed } from '../../../../../runtime/services/uploader/ingest/constant-memory.ts';
import { openMedia } from '../../../../../runtime/services/uploader/ingest/open-media.ts';
import { mediaPath } from '../../../../fixtures/uploader-rig.ts';

it('finds the lists of the pinned mediabunny that have to be emptied', async () => {
  const output = new Output({ target: new NullTarget(), format: new Mp4OutputFormat({ fastStart: 'fragmented' }) });
  output.addVideoTrack(new EncodedVideoPacketSource('avc'));
  await output.start();
  expect(forgetMuxed(output)).toBe(true);
  await output.cancel();

  const reader = await openReader(mediaPath('h264-aac.mpegts'));
  const media = await openMedia(reader);
  if ('unplayable' in media) throw new Error('the fixture is playable');
  expect(media.tracks.map(forgetDemuxed)).toEqual([true, true]);
  media.close();
  await reader.close();
});
