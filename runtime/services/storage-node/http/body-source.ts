/** A request's body as a stream that can be read in two steps: a small, exact beginning first, the rest afterwards. */
import type { Call } from '../../../platform/http/server.ts';
import { announcedBytes, bodyPieces } from '../../../platform/http/body.ts';
import { VStackError } from '../../../contract/errors.ts';

export interface BodySource {
  /** The announced length of the whole body. */
  sizeBytes: number;
  /** Exactly the next `count` bytes, in memory of their own. Throws `truncated_body` when there are fewer. */
  take(count: number): Promise<Uint8Array>;
  /** Everything that was not taken; may be iterated once. */
  rest(): AsyncIterable<Uint8Array>;
}

/** Throws `length_required`, `empty_body` or `payload_too_large` by the headers alone, before a byte is read. */
export const openBody = (request: Call['request'], bytesMax: number): BodySource => {
  const sizeBytes = announcedBytes(request);
  if (sizeBytes === undefined) throw new VStackError('length_required', 'The request needs a Content-Length; it came without one.');
  if (sizeBytes === 0) throw new VStackError('empty_body', 'The body must hold at least one byte; it was empty.');
  if (sizeBytes > bytesMax) throw new VStackError('payload_too_large', `The body may have at most ${bytesMax} bytes; ${sizeBytes} were announced.`);
  const pieces = bodyPieces(request, { bytesMax, lengthRequired: true });
  let left: Uint8Array | undefined;

  return {
    sizeBytes,
    async take(count) {
      const taken = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        left ??= (await pieces.next()).value as Uint8Array | undefined;
        if (!left) throw new VStackError('truncated_body', `The body ended after ${filled} bytes; ${count} were expected at its beginning.`);
        const part = left.subarray(0, count - filled);
        taken.set(part, filled);
        filled += part.length;
        left = part.length < left.length ? left.subarray(part.length) : undefined;
      }
      return taken;
    },
    async *rest() {
      if (left) yield left;
      left = undefined;
      yield* pieces;
    },
  };
};
