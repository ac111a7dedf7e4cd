/**
 * The way to the nodes, as far as a client needs one. `createFetchTransport` goes over HTTP; a simulation implements the same few calls over
 * its own network and clock, and the same client then plays in virtual time.
 *
 *   client ── request(node, chunk, bytes from … to) ──▶ transport     one GET with a Range
 *          ◀─ onFirstByte, onBytes …, onEnd | onFailure ──
 *          ── abort() ──▶                                            nothing is called any more
 *
 * Rules that both sides rely on:
 *   - No handler is called before `request` or `ping` has returned, and none after its abort, `onEnd` or `onFailure`.
 *   - `onBytes` hands over the next bytes of the range, in order. They are only looked at during the call, so the array may be used again.
 *   - How many bytes come is not the transport's business: the client itself ends a request that sends too many, and calls one that ends
 *     early a failure. A network that lies about lengths needs nothing special.
 *   - Timeouts are the client's business as well: a transport that hears nothing says nothing.
 *   - Nothing throws, and nothing awaits: what goes wrong is an `onFailure`.
 */

export interface RangeAsk {
  nodeId: string;
  sequence: number;
  fromByte: number;
  /** Exclusive. */
  toByte: number;
}

export interface RangeHandlers {
  /** The answer has begun. Called once, before the first `onBytes`. */
  onFirstByte(): void;
  onBytes(bytes: Uint8Array): void;
  /** The answer has ended by itself, whether or not it was as long as it should have been. */
  onEnd(): void;
  /** `reason` follows the node's name in a sentence: `answered 500`, `could not be reached`. */
  onFailure(reason: string): void;
}

export interface Transport {
  /** Returns what ends it; calling that again, or after the end, does nothing. */
  request(ask: RangeAsk, handlers: RangeHandlers): () => void;
  /** One small request. `tookMs` null: no good answer within two seconds. Returns what ends it. */
  ping(nodeId: string, onAnswer: (tookMs: number | null) => void): () => void;
}

/** Time as a client sees it; the platform's clocks fit, the manual one too. */
export interface ClientClock {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Calls back once after at least `delayMs`, never before it returned. The returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export const browserClock: ClientClock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/**
 * Where the bytes of one chunk come together. `createBufferedChunk` keeps them and checks their SHA-256; `createCountedChunk` keeps none, for
 * simulations whose bytes mean nothing: there a chunk is right unless one of its pieces begins with another byte than zero.
 */
export interface ChunkAssembly {
  /** Puts bytes at an offset; bytes that are there already are written over. */
  put(offset: number, bytes: Uint8Array): void;
  /** Whether all is right. May answer at once or later, once. */
  verify(onVerdict: (isRight: boolean) => void): void;
  /** Forgets the bytes. `keepsAside`: these were wrong, came from several nodes, and are kept to tell later who sent what. */
  restart(keepsAside: boolean): void;
  /** After a verdict that all is right: whether bytes of the try that was kept aside were wrong, from … to. */
  wasWrong(fromByte: number, toByte: number): boolean;
  /** The chunk; empty where no bytes are kept. */
  bytes(): Uint8Array<ArrayBuffer>;
}
