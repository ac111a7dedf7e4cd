/** Constants of the link model, each with its reason. Durations are milliseconds. */
import { KIB, MIB, SECOND_MS } from '../../contract/units.ts';

/** Payload of a TCP segment on Ethernet: 1,500 B less the headers of IP and TCP and the timestamp option. */
export const SEGMENT_BYTES = 1448;

/** RFC 6928. */
export const WINDOW_SEGMENTS_INITIAL = 10;
/** What RFC 5681 leaves after a loss that was repaired without a time-out. */
export const WINDOW_SEGMENTS_AFTER_LOSS_MIN = 2;
/** CUBIC's multiplicative decrease (RFC 9438, 4.6). */
export const WINDOW_DECREASE = 0.7;
/** CUBIC's Reno-friendly additive increase, segments a round: 3 (1 − β) / (1 + β) (RFC 9438, 4.3). */
export const WINDOW_INCREASE = (3 * (1 - WINDOW_DECREASE)) / (1 + WINDOW_DECREASE);
/** The same once the window is back where the last loss met it. */
export const WINDOW_INCREASE_BEYOND = 1;
/** The receiver's window: nobody offers more by default, and it bounds what the emulator has to hold. */
export const WINDOW_BYTES_MAX = 16 * MIB;

/** The virtual TCP never reckons with less, so that losses cost something on a link without latency. */
export const RTT_MS_MIN = 1;
/** Added to the round trip: Linux's lower bound of the variation that a time-out allows for. */
export const RTO_MS_ABOVE_RTT = 200;
/** RFC 6298, 2.5. */
export const RTO_MS_MAX = 60 * SECOND_MS;
/** A lost packet of the handshake is sent again after this, doubling (RFC 6298, 2.1). */
export const HANDSHAKE_RETRY_MS = SECOND_MS;
export const HANDSHAKE_RETRIES_MAX = 3;

/** How much of a shared link one connection may take before the next has its turn: short against everything that is measured. */
export const TURN_MS = 0.5;

/** A connection that is drawn to be reset is so before it passed this many bytes: a chunk of ordinary size. */
export const RESET_BYTES_MAX = 2 * MIB;

/** What one direction of a connection may always hold. */
export const HELD_BYTES_MIN = 256 * KIB;
/** And so much time's worth of its rate beyond the round trip, so that a late wake-up finds enough to catch up with. */
export const HELD_MS_SPARE = 250;
/** Windows' worth: one on its way, one that waits, and room for both to double. */
export const HELD_WINDOWS = 4;
