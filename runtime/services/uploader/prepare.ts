/** What has to be known of a file, and done to it, before its chunks can be cut. */
import { VStackError } from '../../contract/errors.ts';
import { convertSource, planConversion, type ConversionPlan } from './ingest/convert.ts';
import { inspect } from './ingest/ingest.ts';
import type { MediaFacts } from './ingest/types.ts';

export type Inspection = { facts: MediaFacts } | { plan: ConversionPlan };

export interface InspectOptions {
  ffmpegPath?: string | undefined;
  signal: AbortSignal;
}

/**
 * Tells quickly whether the file can be uploaded: as it is (`facts`), or after a conversion (`plan`). Throws `unsupported_media` when it
 * cannot, saying why.
 */
export const inspectSource = async (path: string, options: InspectOptions): Promise<Inspection> => {
  try {
    return { facts: await inspect(path) };
  } catch (error) {
    const { reason, what } = (error instanceof VStackError && error.details) || {};
    if (reason !== 'needs-conversion' && reason !== 'junk') throw error;
    try {
      return { plan: await planConversion(path, { ...options, what: what as string | undefined }) };
    } catch (failure) {
      // What no demuxer knows may still be known to ffmpeg. Without one, junk is what it is.
      const isNoFfmpeg = failure instanceof VStackError && failure.details?.reason === 'needs-ffmpeg';
      throw isNoFfmpeg && reason === 'junk' ? error : failure;
    }
  }
};

/** Converts, which may take as long as playing the video, and looks at the result. */
export const convert = async (plan: ConversionPlan, target: string, signal: AbortSignal): Promise<MediaFacts> => {
  await convertSource(plan, target, signal);
  return inspect(target);
};
