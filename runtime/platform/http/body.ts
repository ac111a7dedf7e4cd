/** Request bodies: read whole but never beyond their limit, or handed on piece by piece. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { VStackError } from '../../contract/errors.ts';

export interface BodyLimits {
  /** More than this is refused with 413, before it is read when the length is announced. */
  bytesMax: number;
  /** Demand a Content-Length (411 otherwise). */
  lengthRequired?: boolean;
}

/** A JSON body is metadata: a larger one is a mistake. */
export const JSON_BODY_BYTES_MAX = 4 * 1024 * 1024;

const tooLarge = (came: string, bytesMax: number): VStackError =>
  new VStackError('payload_too_large', `The body may have at most ${bytesMax} bytes; ${came}.`);

const truncated = (request: IncomingMessage, receivedBytes: number, cause?: unknown): VStackError =>
  new VStackError('truncated_body', `The body ended after ${receivedBytes} of ${announcedBytes(request) ?? 'an unknown number of'} bytes.`, { cause });

/** The announced length; undefined when the body is chunked. */
export const announcedBytes = (request: IncomingMessage): number | undefined => {
  const text = request.headers['content-length'];
  return text === undefined ? undefined : Number(text);
};

/** Throws what the headers alone forbid, so that a refusal costs no transfer. */
export const checkAnnounced = (request: IncomingMessage, { bytesMax, lengthRequired }: BodyLimits): void => {
  const announced = announcedBytes(request);
  if (announced === undefined) {
    if (lengthRequired) throw new VStackError('length_required', 'The request needs a Content-Length; it came without one.');
  } else if (announced > bytesMax) {
    throw tooLarge(`${announced} were announced`, bytesMax);
  }
};

/** Yields the body's pieces. A sender that stops early is `truncated_body`; one that goes on too long `payload_too_large`. */
export async function* bodyPieces(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer> {
  checkAnnounced(request, limits);
  let receivedBytes = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      receivedBytes += piece.length;
      if (receivedBytes > limits.bytesMax) throw tooLarge('more came', limits.bytesMax);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof VStackError) throw cause;
    throw truncated(request, receivedBytes, cause);
  }
  if (!request.complete) throw truncated(request, receivedBytes);
}

/**
 * The whole body in one buffer. Only what has arrived is held, so that a slow sender costs no more than it sent. Listens instead of
 * iterating: a small body takes one event then, where an iterator takes a dozen promises.
 */
export const readBody = (request: IncomingMessage, limits: BodyLimits): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    checkAnnounced(request, limits);
    const pieces: Buffer[] = [];
    let receivedBytes = 0;
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
    };
    const onData = (piece: Buffer): void => {
      receivedBytes += piece.length;
      pieces.push(piece);
      if (receivedBytes <= limits.bytesMax) return;
      stop();
      request.pause();
      reject(tooLarge('more came', limits.bytesMax));
    };
    const onCut = (cause?: unknown): void => {
      stop();
      reject(truncated(request, receivedBytes, cause));
    };
    const onEnd = (): void => {
      if (!request.complete) return onCut();
      stop();
      resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    };
    if (request.destroyed) return onCut();
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });

/** Turns a zod failure into a 400 that names the field. */
export const parseInput = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const field = first!.path.length === 0 ? 'the body' : `"${first!.path.join('.')}"`;
  throw new VStackError('bad_request', `${field}: ${first!.message}.`, { details: { field: first!.path.join('.') } });
};

export const readJson = async <S extends z.ZodType>(request: IncomingMessage, schema: S, bytesMax = JSON_BODY_BYTES_MAX): Promise<z.output<S>> => {
  const text = (await readBody(request, { bytesMax })).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new VStackError('bad_request', `The body must be JSON; ${text.length === 0 ? 'it was empty' : 'it did not parse'}.`, { cause });
  }
  return parseInput(schema, value);
};
