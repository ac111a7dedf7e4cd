/** What is kept of an upload when it ends: the result, or why there is none. */
import { isErrorCode } from '../../contract/errors.ts';
import type { IngestSummary } from './ingest/types.ts';
import type { SessionRecord } from './session-store.ts';

export const describeFailure = (error: unknown): { code: string; message: string } => {
  const { code, message } = error as { code?: unknown; message?: string };
  if (isErrorCode(code)) return { code, message: message! };
  return { code: 'internal', message: `Something unexpected happened: ${message ?? String(error)} The uploader's log tells more.` };
};

export const toResult = ({ chunkCount, durationSec, ...summary }: IngestSummary): NonNullable<SessionRecord['result']> => ({
  chunkCount,
  durationSec,
  media: {
    mime: summary.mime,
    codecs: summary.codecs,
    init_size_bytes: summary.initSizeBytes,
    sha256: summary.sha256,
    size_bytes: summary.sizeBytes,
    width: summary.width,
    height: summary.height,
  },
});
