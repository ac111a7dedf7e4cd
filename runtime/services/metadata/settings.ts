/** The service's configuration: what the supervisor tells it, and its own timing with defaults. */
import { z } from 'zod';
import { MetadataConfig } from '../../contract/child-config.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/units.ts';

const DurationMs = z.number().int().positive();

export const MetadataSettings = MetadataConfig.extend({
  /** How long a grant may be used. Longer than any upload of one batch takes; records of closed instances are kept as long. */
  grantMs: DurationMs.default(HOUR_MS),
  /** Signed URLs in manifests are valid for this long; players ask for the manifest again in time. */
  signedUrlMs: DurationMs.default(HOUR_MS),
  /** An open instance is decided by the service when it is older than this and its uploader was not heard of for as long. */
  recoverAfterMs: DurationMs.default(MINUTE_MS),
  /** An upload whose uploader was not heard of for this long is ended, and what it stored is collected. */
  abandonAfterMs: DurationMs.default(15 * MINUTE_MS),
  /** Stores that lack their piece are left to the uploader for this long; then repair fills them. */
  fillGraceMs: DurationMs.default(10 * SECOND_MS),
  /** A store whose node is down for longer than this is given up: repair moves its chunks to others. Well above a restart or a reboot. */
  moveAfterMs: DurationMs.default(10 * MINUTE_MS),
  /** A node that registered once, was never heard of again for this long and holds nothing is listed no more. */
  forgetMs: DurationMs.default(HOUR_MS),
  /** How often the background looks for work. */
  sweepMs: DurationMs.default(2 * SECOND_MS),
});
export type MetadataSettings = z.infer<typeof MetadataSettings>;
export type MetadataSettingsInput = z.input<typeof MetadataSettings>;
