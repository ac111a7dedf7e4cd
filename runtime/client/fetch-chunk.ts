/**
 * One chunk from whichever node gives it: nodes are asked in turn, and the bytes count only if their SHA-256 is the manifest's.
 * Uses only what browsers and Node share: fetch, AbortController, crypto.subtle.
 */
import { toErrorBody, VStackError } from '../contract/errors.ts';
import type { ManifestChunk, ManifestUrls } from '../contract/wire/metadata.ts';

/** A node that sends nothing for this long is given up: a frozen process accepts connections and then stays silent. */
export const SILENCE_MS_MAX = 2_000;

export interface ChunkAttempt {
  nodeId: string;
  tookMs: number;
  /** Why this node did not serve; null for the one that did. */
  error: string | null;
}

export interface FetchedChunk {
  chunkId: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** The node that served. */
  nodeId: string;
  /** Of the attempt that served, without the hash. */
  tookMs: number;
  /** From the request to the first byte, of the attempt that served. */
  firstByteMs: number;
  /** Every node that was asked, the one that served last. */
  attempts: ChunkAttempt[];
}

/** Told of one request as it goes; exactly one of the last three ends it. */
export interface RequestObserver {
  handleFirstByte(): void;
  handleBytes(sizeBytes: number): void;
  /** All bytes came, and they were the right ones. */
  handleSuccess(): void;
  handleFailure(): void;
  /** The client itself ended it. */
  handleDrop(): void;
}

/** Called for each request that leaves. */
export type ObserveRequest = (nodeId: string, sizeBytes: number) => RequestObserver;

export interface FetchChunkOptions {
  /** Nodes to ask, in this order. @default the manifest's order */
  sources?: readonly ManifestUrls[];
  signal?: AbortSignal;
  /** @default SILENCE_MS_MAX */
  silenceMsMax?: number;
  /** Who measures the nodes. */
  observe?: ObserveRequest;
}

const UNOBSERVED: RequestObserver = {
  handleFirstByte: () => undefined, handleBytes: () => undefined, handleSuccess: () => undefined, handleFailure: () => undefined, handleDrop: () => undefined,
};

interface Download {
  bytes: Uint8Array<ArrayBuffer>;
  tookMs: number;
  firstByteMs: number;
}

const toHex = (digest: ArrayBuffer): string => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bare hex of a manifest's checksum, which carries the prefix `sha256:`. */
const bareSha256 = (checksum: string): string => checksum.replace(/^sha256:/, '');

const assertSha256 = async (bytes: Uint8Array<ArrayBuffer>, chunk: ManifestChunk): Promise<void> => {
  const actual = toHex(await crypto.subtle.digest('SHA-256', bytes));
  const expected = bareSha256(chunk.checksum);
  if (actual === expected) return;
  throw new VStackError('checksum_mismatch', `sent bytes with SHA-256 ${actual.slice(0, 12)}…, the manifest says ${expected.slice(0, 12)}…`);
};

/** Reads a body of a known length into one buffer; more or fewer bytes are an error. `onBytes` is called after each piece. */
const readBody = async (response: Response, sizeBytes: number, onBytes: (pieceBytes: number) => void): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (offset + value.byteLength > sizeBytes) {
      await reader.cancel();
      throw new VStackError('checksum_mismatch', `sent more than the ${sizeBytes} bytes of this chunk`);
    }
    bytes.set(value, offset);
    offset += value.byteLength;
    onBytes(value.byteLength);
  }
  if (offset !== sizeBytes) throw new VStackError('truncated_body', `sent ${offset} of ${sizeBytes} bytes`);
  return bytes;
};

interface DownloadOptions {
  silenceMsMax: number;
  signal: AbortSignal | undefined;
  observer: RequestObserver;
}

const download = async (url: string, sizeBytes: number, { silenceMsMax, signal, observer }: DownloadOptions): Promise<Download> => {
  const silence = new AbortController();
  const fallSilent = (): void => silence.abort(new VStackError('timeout', `was silent for ${silenceMsMax / 1000} s`));
  let timer = setTimeout(fallSilent, silenceMsMax);
  const hear = (): void => {
    clearTimeout(timer);
    timer = setTimeout(fallSilent, silenceMsMax);
  };
  const startedAtMs = performance.now();
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    if (!response.ok) throw new VStackError('unavailable', `answered ${response.status}`);
    const firstByteMs = performance.now() - startedAtMs;
    hear();
    observer.handleFirstByte();
    const bytes = await readBody(response, sizeBytes, (pieceBytes) => {
      hear();
      observer.handleBytes(pieceBytes);
    });
    return { bytes, firstByteMs, tookMs: performance.now() - startedAtMs };
  } finally {
    clearTimeout(timer);
  }
};

/** fetch hides why a connection failed; what it says instead is no help to anybody. */
const reasonOf = (error: unknown): string => (error instanceof TypeError ? 'could not be reached' : toErrorBody(error).detail);

/**
 * Asks the sources one after the other until one gives the right bytes.
 * @throws VStackError `cancelled` when the signal aborts, `unavailable` when no source served; its details list the attempts.
 */
export const fetchChunk = async (chunk: ManifestChunk, options: FetchChunkOptions = {}): Promise<FetchedChunk> => {
  const { sources = chunk.urls, signal, silenceMsMax = SILENCE_MS_MAX, observe } = options;
  const attempts: ChunkAttempt[] = [];
  for (const source of sources) {
    const startedAtMs = performance.now();
    const observer = observe?.(source.node_id, chunk.size_bytes) ?? UNOBSERVED;
    try {
      const { bytes, firstByteMs, tookMs } = await download(source.url, chunk.size_bytes, { silenceMsMax, signal, observer });
      await assertSha256(bytes, chunk);
      observer.handleSuccess();
      attempts.push({ nodeId: source.node_id, tookMs, error: null });
      return { chunkId: chunk.chunk_id, bytes, nodeId: source.node_id, tookMs, firstByteMs, attempts };
    } catch (error) {
      if (signal?.aborted) {
        observer.handleDrop();
        throw new VStackError('cancelled', `The download of ${chunk.chunk_id} was cancelled.`, { cause: error });
      }
      observer.handleFailure();
      attempts.push({ nodeId: source.node_id, tookMs: performance.now() - startedAtMs, error: reasonOf(error) });
    }
  }
  const story = attempts.map(({ nodeId, error }) => `${nodeId} ${error}`).join('; ') || 'the manifest names no node that holds it';
  throw new VStackError('unavailable', `No node served ${chunk.chunk_id}: ${story}.`, { details: { attempts } });
};
