/** Every number of the client, with its reason. docs/smart-client.md tells how they work together. */
import { LOW_WATER_SEC, START_SEC, TARGET_SEC } from '../../contract/playback-marks.ts';
import { KIB, MIB, SECOND_MS } from '../../contract/units.ts';

/* What is fetched when */

/** Chunks under way at once: enough to use several nodes, few enough that the next one needed is not starved by later ones. */
export const DOWNLOADS_MAX = 4;
/** Chunks that begin within this time of the playhead are fetched. */
export const FILL_SEC = TARGET_SEC;
/** Chunks fetched ahead that nobody has taken yet hold no more memory than this, whatever the bitrate. */
export const AHEAD_BYTES_MAX = 32 * MIB;

/* Sources */

/**
 * Below this buffer nothing plays yet, or soon nothing will: chunks that begin within as much of the playhead are needed now. They are cut into
 * small ranges that every holder takes in turn, so that a slow one delays little, and others wait for nodes that have nothing to do for them.
 */
export const NEEDED_NOW_SEC = START_SEC;
/** Below this buffer a chunk is shared out among its idle holders. */
export const SPLIT_BELOW_SEC = LOW_WATER_SEC;
/** Below this buffer a request is doubled whenever that gains time, whatever it costs. */
export const URGENT_BELOW_SEC = 5;
/** Only above this buffer a node may be tried to see whether it got better. */
export const EXPLORE_ABOVE_SEC = 20;
/** The usual range: a slow node that was given one holds up little, a quick one is not slowed by too many requests. */
export const RANGE_BYTES = 256 * KIB;
/** A chunk too small to give every holder a usual range is cut into smaller ones, but no smaller than this. */
export const RANGE_BYTES_MIN = 128 * KIB;
/** A range carries what flows in this many waits for a first byte, so that two requests at a node never leave its link idle. */
export const RANGE_FIRST_BYTES = 2;
/** What is left of a range is taken along when it would make a range smaller than this share of the usual one. */
export const RANGE_REST_SHARE = 0.25;
/** Requests under way at one node: one that flows and one that waits for its first byte, so that the link is never idle. */
export const IN_FLIGHT_MAX = 2;
/** Under way at a node that takes a tail in an emergency. */
export const IN_FLIGHT_MAX_URGENT = IN_FLIGHT_MAX + 1;
/** A node whose speed nobody knows yet gets one request: if it is slow, little waits for it. */
export const IN_FLIGHT_MAX_UNKNOWN = 1;
/** Predicted times this close count as equal. */
export const EQUAL_SHARE = 0.1;
/** With a buffer of SPLIT_BELOW_SEC and more there is time, and an even load is worth more than the last third. */
export const EQUAL_SHARE_RELAXED = 0.35;
/** A free node is passed over when a busy one would be this many times quicker: waiting for it is better. */
export const WAIT_FACTOR = 2;
/** Where nothing is known, an unreliable node is not taken for an impossible one. */
export const RELIABILITY_MIN = 0.05;
/** Bytes that an exploring request asks for. */
export const EXPLORE_BYTES = 64 * KIB;
/** A node that brought nothing for this long is worth exploring. */
export const EXPLORE_AFTER_MS = 15 * SECOND_MS;

/* Time-outs and breakers */

/** A node that says nothing is given up after this many times its usual first byte (p95) … */
export const FIRST_BYTE_FACTOR = 3;
/** … and one that falls silent midway after this many times, … */
export const STALL_FACTOR = 4;
/** … but never before and never after these: less would punish a lost packet, more would drain a buffer. */
export const SILENCE_MS_MIN = 700;
export const SILENCE_MS_MAX = 2 * SECOND_MS;
/** First bytes that a p95 takes. With fewer of a node those of all nodes are taken, and with fewer of all the longest time-out. */
export const FIRST_BYTES_MIN = 3;
/** While its node answers other requests, a silent request waits up to this many time-outs: it may stand in the queue of a slow link. */
export const QUEUE_PATIENCE = 3;
/** When nobody gave a chunk, the next round waits twice as long, up to this factor: the network may just be slow. */
export const PATIENCE_FACTOR_MAX = 4;
/** Failures one after the other that open a node's breaker. */
export const BREAKER_FAILURES = 2;
export const BREAKER_MS_MIN = 2 * SECOND_MS;
export const BREAKER_MS_MAX = 30 * SECOND_MS;
/** The time is drawn from this share above and below, so that many clients do not come back at once. */
export const BREAKER_JITTER = 0.2;
/** A breaker that opens again within this time goes on doubling. */
export const BREAKER_MEMORY_MS = 30 * SECOND_MS;
/** Useful bytes that a node whose time is up is tried with. */
export const TRIAL_BYTES = 64 * KIB;
/** A trial is only given bytes that are needed later than this. */
export const TRIAL_SLACK_MS = 5 * SECOND_MS;
/** Rounds in which nobody gave a chunk are this far apart, doubling. */
export const MISS_MS_MIN = 250;
export const MISS_MS_MAX = 2 * SECOND_MS;

/* Hedges */

/** Requests that the p95 of real over predicted time is taken of, over all nodes. */
export const RATIOS_MAX = 32;
/** With fewer the p95 is not worth its name, and LATE_RATIO_UNKNOWN is used. */
export const RATIOS_MIN = 8;
export const LATE_RATIO_UNKNOWN = 1.25;
/** Bounds of that p95: never hasty, never blind. */
export const LATE_RATIO_MIN = 1.25;
export const LATE_RATIO_MAX = 4;
/** A request of which nothing is heard is late after this many times the usual first byte (median). */
export const LATE_FIRST_BYTE_FACTOR = 2;
/** A request that would take this many times as long as is late, at its pace, is late already. A connection begins slowly, hence the margin. */
export const LATE_PACE_FACTOR = 1.5;
/** No request is late before this. */
export const LATE_MS_MIN = 100;
/** Share of the delivered bytes that hedges may waste, and below SPLIT_BELOW_SEC. */
export const HEDGE_SHARE = 0.05;
export const HEDGE_SHARE_LOW = 0.1;
/** What the budget begins with: a session's first chunks may be late as well, when nothing was delivered to take a share of. */
export const HEDGE_BYTES_START = RANGE_BYTES;
/** What may be saved up, so that a long quiet time does not buy a storm. */
export const HEDGE_BYTES_MAX = 4 * MIB;
/** An urgent request is doubled only when the other node would take less than this share of what is left to wait. */
export const URGENT_GAIN_SHARE = 0.7;
/** Without a budget a late request is moved, ended here and gone on with elsewhere: only when the other node would take less than this share of what is left to wait. */
export const MOVE_GAIN_SHARE = 0.5;
/** A late tail is cut up among spare nodes into parts no smaller than this. */
export const TAIL_BYTES_MIN = 64 * KIB;
/** A second request gains at least this, or it is not worth its bytes. */
export const HEDGE_GAIN_MS_MIN = 50;
/** The pace of a request is that of this time to twice this time: several round trips, and short beside what a chunk takes. */
export const PACE_MS = 250;
/** A request's own speed counts once it has flowed this long. */
export const OWN_RATE_MS_MIN = 50;
