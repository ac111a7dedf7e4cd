/** Ids in paths: a malformed one is 400, whatever its encoding; only a well-formed one can be unknown. */
import { ChunkId, VideoId } from '../../../contract/ids.ts';
import { VStackError } from '../../../contract/errors.ts';
import type { Call } from '../../../platform/http/server.ts';

const refusal = (field: string, value: string | undefined, message: string): VStackError =>
  new VStackError('invalid_id', `"${field}": ${message}; the path has "${value?.slice(0, 220)}".`, { details: { field } });

export const videoIdOf = ({ params }: Call): string => {
  const parsed = VideoId.safeParse(params.video_id);
  if (!parsed.success) throw refusal('video_id', params.video_id, parsed.error.issues[0]!.message);
  return parsed.data;
};

export const chunkIdOfPath = ({ params }: Call): string => {
  const parsed = ChunkId.safeParse(params.chunk_id);
  if (!parsed.success) throw refusal('chunk_id', params.chunk_id, parsed.error.issues[0]!.message);
  return parsed.data;
};
