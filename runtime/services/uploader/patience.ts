/** How long a store may take to answer: it may stand behind a slow link, over which the bytes themselves take their time. */
import { SECOND_MS } from '../../contract/units.ts';
import { PROPOSER_LIMITS } from '../../core/chunkpaxos/limits.ts';

/**
 * Half of what each of the five chunks that an upload places at once gets of the slowest built-in link's upstream (Satellite, 256 kbit/s). What
 * is slower than this is given up and tried again, which would only make it slower.
 */
const SLOWEST_BITS_PER_SECOND = 25_000;

/** The usual wait, and the time the bytes take on the slowest link that an upload puts up with. */
export const replyPatienceMs = (sizeBytes: number): number => PROPOSER_LIMITS.replyTimeoutMs + Math.ceil((sizeBytes * 8 * SECOND_MS) / SLOWEST_BITS_PER_SECOND);
